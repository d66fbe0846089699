// Calls between two ends in one process, for scripts/lib/promoted.mjs.
import { echo } from './echo-contract.fixture.js';
import { connectPeer } from './peer.js';
import type { CancelSignal } from './pending-call.js';
import { serveRpc } from './server.js';
import { implement } from './service.js';

const callers = 48;
const callsEach = 400;
export const calls = callers * callsEach;

/** A caller's signal, and with it all that hangs on a request. */
const signalOf = (request: object): CancelSignal & { readonly request: object } => ({
  request,
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});

const quiet = () => undefined;
const server = await serveRpc({
  address: '127.0.0.1:0',
  security: { kind: 'plain' },
  services: [implement(echo, { say: (said) => Promise.resolve(said), ask: (said) => Promise.resolve(said) })],
  health: () => true,
  reflection: false,
  log: { error: quiet, warn: quiet },
});
const peer = connectPeer({ addresses: [server.address], security: { kind: 'plain' }, patienceMillis: 30_000 });
const client = peer.client(echo, { hot: true });
const text = 'x'.repeat(200);

async function ask(): Promise<void> {
  for (let i = 0; i < callsEach; i++) {
    const request = { parts: Array.from({ length: 100 }, (_, part) => ({ part })) };
    await client.say({ text }, { signal: signalOf(request) });
  }
}

export const work = () => Promise.all(Array.from({ length: callers }, ask));
