// `npm run faults`: kills parts under load and checks what clients were told (test-e2e/src/faults).
import { runBuilt } from './lib/run-built.mjs';

await runBuilt('faults', async () => (await import('../test-e2e/dist/faults/main.js')).main(process.argv.slice(2)));
