// `npm run soak`: two of everything under a steady load with faults inside, and what has grown (test-e2e/src/soak).
import { runBuilt } from './lib/run-built.mjs';

await runBuilt('soak', async () => (await import('../test-e2e/dist/soak/main.js')).main(process.argv.slice(2)));
