// `node scripts/tree.mjs SERVICE DIRECTORY`: what an image of a service holds and nothing else: its workspace, those it leans on, and
// the packages they need in production. Run it in a clone that is installed and built.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { dropUnreached } from './lib/reached.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Images by name; `native` have pkcs11js and its compiled half, `without` leaves out a page that is shown by another image. */
const images = {
  gateway: { workspace: 'services/gateway' },
  admin: { workspace: 'services/admin' },
  token: { workspace: 'services/token' },
  keys: { workspace: 'services/keys', native: true },
  controller: { workspace: 'services/controller' },
  tools: { workspace: 'cli', native: true, without: ['@bull-board/api', '@bull-board/ui'] },
  'demo-login': { workspace: 'services/demo-login' },
};

/** Packages with a half for each platform, which they want at run time. */
const compiled = ['@node-rs/argon2'];

const manifestOf = (workspace) => JSON.parse(readFileSync(path.join(root, workspace, 'package.json'), 'utf8'));

/** Directories of all workspaces, by package name. */
function workspaces() {
  const { workspaces: patterns } = manifestOf('.');
  const directories = patterns.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(path.join(root, pattern.slice(0, -2))).map((name) => path.join(pattern.slice(0, -2), name))
      : [pattern],
  );
  return new Map(directories.map((directory) => [manifestOf(directory).name, directory]));
}

/** A workspace and what it leans on, the whole way down. */
function reach(workspace, all, found = new Set()) {
  if (found.has(workspace)) return found;
  found.add(workspace);
  for (const name of Object.keys(manifestOf(workspace).dependencies ?? {})) {
    if (all.has(name)) reach(all.get(name), all, found);
  }
  return found;
}

async function assemble(name, target) {
  const image = images[name];
  if (image === undefined) throw new Error(`there is no image ${name}; there are ${Object.keys(images).join(', ')}`);
  const all = workspaces();
  const needed = reach(image.workspace, all);
  mkdirSync(target, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(path.join(root, file), path.join(target, file));
  // npm wants to see every workspace that the lock file knows.
  for (const directory of all.values()) {
    cpSync(path.join(root, directory, 'package.json'), path.join(target, directory, 'package.json'));
  }
  const only = ['--omit=dev', '--omit=optional', '-w', manifestOf(image.workspace).name];
  execFileSync('npm', ['ci', ...only, '--no-audit', '--no-fund'], { cwd: target, stdio: ['ignore', 2, 2] });
  for (const [packageName, directory] of all) {
    if (needed.has(directory)) {
      for (const part of ['dist', 'migrations', 'bin']) copyBuilt(path.join(directory, part), target);
    } else {
      rmSync(path.join(target, directory), { recursive: true });
      rmSync(path.join(target, 'node_modules', packageName), { force: true });
    }
  }
  if (image.native === true) {
    const addon = 'node_modules/pkcs11js';
    if (!existsSync(path.join(root, addon, 'build/Release/pkcs11.node'))) throw new Error('pkcs11js is not compiled');
    for (const part of ['package.json', 'index.js', 'lib', 'build/Release/pkcs11.node'])
      copyBuilt(path.join(addon, part), target);
  }
  for (const name of compiled) bringCompiled(name, target);
  for (const file of ['package-lock.json', '.npmrc']) rmSync(path.join(target, file));
  await dropWhatNobodyRuns(target, needed, image.without ?? []);
}

/** What npm left out as optional: the half of a package that is compiled for this platform. It must load. */
function bringCompiled(name, target) {
  if (!existsSync(path.join(target, 'node_modules', name))) return;
  const scope = path.join('node_modules', path.dirname(name));
  const halves = readdirSync(path.join(root, scope)).filter((half) => half.startsWith(`${path.basename(name)}-`));
  for (const half of halves) copyBuilt(path.join(scope, half), target);
  loads(name, target);
}

function loads(name, target) {
  execFileSync(process.execPath, ['--input-type=module', '-e', `await import('${name}')`], {
    cwd: target,
    stdio: ['ignore', 2, 2],
  });
}

/** What its code never loads goes; then each workspace must still load. */
async function dropWhatNobodyRuns(target, needed, without) {
  const manifests = [...needed].map((directory) => manifestOf(directory));
  const named = manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies));
  const own = [...needed].flatMap((directory) =>
    readdirSync(path.join(target, directory), { recursive: true }).map((file) => path.join(directory, file)),
  );
  for (const name of without) rmSync(path.join(target, 'node_modules', name), { recursive: true });
  const entryPoints = own.filter((file) => file.endsWith('.js') && !file.includes('node_modules'));
  await dropUnreached(target, entryPoints, named);
  for (const { name } of manifests) loads(name, target);
}

/** Declarations, maps and tests stay behind. */
function copyBuilt(from, target) {
  const source = path.join(root, from);
  if (!existsSync(source)) return;
  const filter = (file) => !/\/dist\/types(\/|$)|\.(fixture|test)\.js$|\.map$|\.tsbuildinfo$/.test(file);
  cpSync(source, path.join(target, from), { recursive: true, filter });
}

const [name, target] = process.argv.slice(2);
if (target === undefined) throw new Error('usage: node scripts/tree.mjs SERVICE DIRECTORY');
await assemble(name, path.resolve(target));
