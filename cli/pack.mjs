// Packs the command for people without the clone: one tarball with every workspace inside it, `npm run pack -w cli`.
// What comes from a registry is named with the very versions of the clone; npm fetches it when the tarball is installed.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const scope = '@cardea/';
/** The room of the demo, which is for the clone: its servers of PostgreSQL and its apps stay there. */
const demo = '@cardea/all';
/** What a workspace is made of once it is built. */
const parts = ['dist', 'migrations', 'bin'];

const readPackage = (directory) => JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));

/** Directory of each workspace, by name. */
function workspaces() {
  const directories = ['libs', 'services'].flatMap((parent) =>
    readdirSync(path.join(root, parent)).map((name) => path.join(root, parent, name)),
  );
  return new Map(directories.map((directory) => [readPackage(directory).name, directory]));
}

/** Names of the workspaces that a package leads to. */
function reached(manifest, all, found = new Set()) {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!name.startsWith(scope) || name.startsWith('@cardea/demo-') || found.has(name)) continue;
    found.add(name);
    reached(readPackage(all.get(name)), all, found);
  }
  return [...found].sort();
}

const fromRegistry = (dependencies = {}) =>
  Object.fromEntries(Object.entries(dependencies).filter(([name]) => !name.startsWith(scope)));

function copy(from, to) {
  mkdirSync(to, { recursive: true });
  for (const part of parts.filter((name) => existsSync(path.join(from, name)))) {
    // Types and source maps help those who have the source.
    const filter = (file) => !/\/dist\/types($|\/)|\/dist\/package($|\/)|\.map$/.test(file);
    cpSync(path.join(from, part), path.join(to, part), { recursive: true, filter });
  }
}

const write = (directory, manifest) =>
  writeFileSync(path.join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

function commit() {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return { gitHead: execFileSync('git', ['rev-parse', 'HEAD'], options).trim() };
  } catch {
    return {};
  }
}

/**
 * @param {string} directory where the package is put together and the tarball ends up; emptied first
 * @returns {string} path of the tarball
 */
export function packCommand(directory) {
  const manifest = readPackage(here);
  const all = workspaces();
  const bundled = reached(manifest, all);
  const stage = path.join(directory, 'stage');
  rmSync(stage, { recursive: true, force: true });
  copy(here, stage);
  const dependencies = { ...fromRegistry(manifest.dependencies) };
  const optionalDependencies = {};
  for (const name of bundled) {
    const workspace = readPackage(all.get(name));
    const target = path.join(stage, 'node_modules', name);
    copy(all.get(name), target);
    const { version, license, type, exports } = workspace;
    // Its own dependencies stand at the top, where npm puts them for all.
    write(target, { name, version, license, type, exports: { '.': exports['.'].default } });
    Object.assign(dependencies, fromRegistry(workspace.dependencies));
    if (name !== demo) Object.assign(optionalDependencies, fromRegistry(workspace.optionalDependencies));
  }
  write(stage, {
    name: 'cardea',
    version: manifest.version,
    description: 'Cardea, an OAuth 2.0 and OpenID Connect provider: its services and its command line.',
    license: manifest.license,
    type: 'module',
    engines: readPackage(root).engines,
    bin: manifest.bin,
    files: ['bin', 'dist', 'LICENSE'],
    dependencies: {
      ...Object.fromEntries(bundled.map((name) => [name, readPackage(all.get(name)).version])),
      ...dependencies,
    },
    optionalDependencies,
    bundleDependencies: bundled,
    packedAt: new Date().toISOString(),
    ...commit(),
  });
  cpSync(path.join(root, 'LICENSE'), path.join(stage, 'LICENSE'));
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', directory], {
    cwd: stage,
    encoding: 'utf8',
  });
  return path.join(directory, JSON.parse(said)[0].filename);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { buildAll } = await import('../scripts/build.mjs');
  await buildAll();
  process.stdout.write(`${packCommand(path.join(here, 'dist', 'package'))}\n`);
}
