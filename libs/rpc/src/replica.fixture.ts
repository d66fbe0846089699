// A process of its own that serves echo, for tests that kill it: `say` answers with the name it was given, `ask` is taken, which it
// says, and never answered. It ends with whoever started it.
import { echo } from './echo-contract.fixture.js';
import { serveRpc } from './server.js';
import { implement } from './service.js';

const [address = '', text = ''] = process.argv.slice(2);
const quiet = () => undefined;
const { address: bound } = await serveRpc({
  address,
  security: { kind: 'plain' },
  services: [
    implement(echo, {
      say: () => Promise.resolve({ text }),
      ask() {
        process.stdout.write('taken\n');
        return new Promise<never>(quiet);
      },
    }),
  ],
  health: () => true,
  reflection: false,
  log: { error: quiet, warn: quiet },
});
process.stdin.resume().once('end', () => process.exit(0));
process.stdout.write(`${bound}\n`);
