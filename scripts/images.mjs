// `npm run test:images`: builds the images of deploy/Dockerfile, looks into them, and logs in at what they start
// (test-e2e/src/images). Root and Linux only: it says so and ends with 2 elsewhere.
import { runEnclosed } from './lib/enclosed.mjs';

await runEnclosed({
  name: 'test:images',
  does: 'mounts and changes roots',
  run: async (directory) => (await import('../test-e2e/dist/images/main.js')).main(process.argv.slice(2), directory),
});
