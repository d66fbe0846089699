// `npm run bench`: measures (bench/src/main.ts).
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBuilt } from './lib/run-built.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

await runBuilt('bench', async (say) => {
  const [{ main }, { workInTurns }] = await Promise.all([
    import('../bench/dist/main.js'),
    import('../libs/service/dist/index.js'),
  ]);
  // As services do by themselves; so that peers, databases and the driver, which this starts, do likewise.
  await workInTurns();
  const slowHsm = async () => {
    const [{ prepareSlowHsm }, all] = await Promise.all([
      import('./lib/slow-hsm.mjs'),
      import('../services/all/dist/index.js'),
    ]);
    return prepareSlowHsm({ root, all, progress: say });
  };
  const { selfSigned } = await import('../libs/http/dist/index.js');
  return main(process.argv.slice(2), { slowHsm, selfSigned });
});
