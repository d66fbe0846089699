// `npm run screenshots -- DIR [en] [de]`: a picture of every page that people see (test-e2e/src/look).
import { runBuilt } from './lib/run-built.mjs';

await runBuilt('screenshots', async () => (await import('../test-e2e/dist/look/main.js')).main(process.argv.slice(2)));
