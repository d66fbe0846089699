// `node scripts/addon.mjs`: compiles pkcs11js' native half in a clone that is built, as the demo does it on its first start.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { prepareAddon } = await import('../services/all/dist/index.js');
await prepareAddon(path.join(root, '.cache'), (sentence) => void process.stderr.write(`${sentence}\n`));
