// `npm run test:failover`: loses the PostgreSQL primary under load (test-e2e/src/failover).
import { runBuilt } from './lib/run-built.mjs';

await runBuilt('failover', async () => (await import('../test-e2e/dist/failover/main.js')).main(process.argv.slice(2)));
