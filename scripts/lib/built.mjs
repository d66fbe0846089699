// Builds when a source has changed since the last build: names, sizes and times of all sources against a stamp.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withScriptLock } from './lock.mjs';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const stamp = path.join(root, '.cache', 'built');

function workspaces() {
  const inside = (parent) => readdirSync(path.join(root, parent)).map((name) => path.join(parent, name));
  return [...inside('libs'), ...inside('services'), 'cli', 'bench', 'test-e2e'];
}

/** What a build would be made from. A missing dist counts as a change. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const workspace of workspaces()) {
    const sources = path.join(root, workspace, 'src');
    if (!existsSync(sources)) continue;
    hash.update(`${workspace} ${existsSync(path.join(root, workspace, 'dist'))}\n`);
    for (const name of readdirSync(sources, { recursive: true }).sort()) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const { size, mtimeMs } = statSync(path.join(sources, name));
      hash.update(`${name} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

const current = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();

/** @param {(sentence: string) => void} progress */
export async function ensureBuilt(progress) {
  if (current()) return;
  await withScriptLock('build', progress, async () => {
    if (current()) return;
    progress('building');
    // Its own dependency is there only after the installation.
    const { buildAll } = await import('../build.mjs');
    await buildAll({});
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, fingerprint());
  });
}
