// The source of a package as Debian builds it: upstream's archive with Debian's patches. apt fetches it from where the system's own
// packages come from, and checks it against the signed lists.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { aptOf, release } from './debian-packages.js';
import type { Progress } from './progress.js';
import { runTool } from './run-tool.js';

export interface DebianSource {
  readonly name: string;
  readonly cache: string;
  readonly progress: Progress;
  /** With tar, xz and patch. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Unpacks it, patched, into an empty directory. */
export async function unpackSource({ name, cache, progress, env }: DebianSource, directory: string): Promise<void> {
  const archives = `${directory}.archives`;
  rmSync(archives, { recursive: true, force: true });
  mkdirSync(archives, { recursive: true });
  await fetchArchives(name, cache, archives, progress);
  const archive = (kind: RegExp): string =>
    path.join(
      archives,
      readdirSync(archives).find((file) => kind.test(file)) ?? `nothing of ${name} that is called ${String(kind)}`,
    );
  progress(`unpacking the source of ${name}`);
  mkdirSync(directory, { recursive: true });
  const orig = archive(/\.orig\.tar\.\w+$/);
  await runTool('tar', ['-xf', orig, '-C', directory, '--strip-components=1', '--no-same-owner'], { env });
  await runTool('tar', ['-xf', archive(/\.debian\.tar\.\w+$/), '-C', directory, '--no-same-owner'], { env });
  const patches = path.join(directory, 'debian/patches');
  const series = path.join(patches, 'series');
  const listed = existsSync(series) ? readFileSync(series, 'utf8').split('\n') : [];
  for (const patch of listed.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '')) {
    await runTool('patch', ['-p1', '--batch', '-i', path.join(patches, patch)], { cwd: directory, env });
  }
  rmSync(archives, { recursive: true });
}

async function fetchArchives(name: string, cache: string, archives: string, progress: Progress): Promise<void> {
  const home = path.join(cache, 'apt');
  const lists = path.join(home, `lists-${release()}-source`);
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  const sources = path.join(home, 'sources.list');
  const apt = aptOf(home, lists, archives);
  // By the lists that are there already: they tell whose they are.
  writeFileSync(sources, `${(await sourceLines(aptOf(home, path.join(home, `lists-${release()}`)))).join('\n')}\n`);
  const from = ['-o', `Dir::Etc::sourcelist=${sources}`, '-o', 'Dir::Etc::sourceparts=/dev/null'];
  progress("reading the lists of Debian's sources");
  await apt(...from, 'update');
  progress(`fetching the source of ${name}`);
  await apt(...from, 'source', '--download-only', name);
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A `deb-src` for each place that the system's own packages of Debian's come from (sources.list(5)). */
async function sourceLines(apt: ReturnType<typeof aptOf>): Promise<readonly string[]> {
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const targets = (await apt('indextargets', 'Created-By: Packages')).split('\n\n');
  const lines = targets.flatMap((target) => {
    const field = (name: string): string => new RegExp(`^${name}: (.+)$`, 'm').exec(target)?.[1] ?? '';
    const place = ['Repo-URI', 'Release', 'Component'].map(field).join(' ');
    return field('Origin') === 'Debian' ? [`deb-src ${signed}${place}`] : [];
  });
  return [...new Set(lines)];
}
