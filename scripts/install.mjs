// Installs the dependencies when they are missing or the lock file has changed; says so, because it takes a while. Plain Node:
// it runs before anything is installed.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withScriptLock } from './lib/lock.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const lockFile = path.join(root, 'package-lock.json');
const modules = path.join(root, 'node_modules');
/** What is installed, by the lock file it came from; inside, so that removing node_modules forgets it. */
const stamp = path.join(modules, '.cardea-installed');
/** npm's own record of what it installed. */
const record = path.join(modules, '.package-lock.json');

const wanted = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

function installed() {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === wanted();
  // Somebody ran npm by hand after the lock file last changed.
  return existsSync(record) && statSync(record).mtimeMs >= statSync(lockFile).mtimeMs;
}

/**
 * @param {(sentence: string) => void} progress
 * @throws with the way out when npm fails
 */
export async function install(progress) {
  if (installed()) return;
  await withScriptLock('install', progress, async () => {
    if (installed()) return;
    progress('installing the dependencies with npm ci (a minute or so, once)');
    await npmCi();
    writeFileSync(stamp, wanted());
  });
}

/** Told to end, npm ends before we do. */
async function npmCi() {
  // Progress of its own on the terminal; standard output may be wanted for JSON.
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const pass = (signal) => void npm.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  const code = await new Promise((resolve, reject) => {
    npm.once('exit', resolve);
    npm.once('error', (error) => reject(new Error(`npm cannot be run (${error.message}): it comes with Node`)));
  });
  for (const signal of signals) process.off(signal, pass);
  if (code === null) throw new Error('the installation was interrupted');
  if (code !== 0) throw new Error('npm ci failed: see above; a second try goes on from what it has downloaded');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install((sentence) => void process.stderr.write(`${sentence}\n`));
}
