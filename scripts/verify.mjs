// The quality gates, two at a time: layout, types, lint and walls, contracts, derived files, dead code, the laws of files.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';
import { brokenLaws } from './laws.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const atOnce = 2;

/** Runs a tool to its end: `{ ok, output }`. */
function tool(name, ...args) {
  return () =>
    new Promise((resolve) => {
      const file = name === 'node' ? process.execPath : path.join(root, 'node_modules', '.bin', name);
      const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      const output = [];
      child.stdout.on('data', (chunk) => output.push(chunk));
      child.stderr.on('data', (chunk) => output.push(chunk));
      child.once('error', (error) => resolve({ ok: false, output: error.message }));
      child.once('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(output).toString() }));
    });
}

async function laws() {
  const broken = brokenLaws(root);
  return { ok: broken.length === 0, output: broken.join('\n') };
}

/** The newest release, which contracts must stay compatible with; none before the first, or without git. */
function lastRelease() {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', ['describe', '--tags', '--abbrev=0'], options).trim();
  } catch {
    return undefined;
  }
}

function steps() {
  const release = lastRelease();
  // The longest first, so that the two lanes end together.
  return [
    ['lint', tool('eslint', '.', '--max-warnings', '0')],
    ['types', tool('tsc', '-b', '--pretty', 'false')],
    ['dead code', tool('knip', '--no-config-hints')],
    ['layout', tool('prettier', '--check', '.', '--log-level', 'warn')],
    ['derived files', tool('node', 'scripts/generate.mjs', '--check')],
    ['contracts', tool('buf', 'lint')],
    ...(release === undefined ? [] : [['compatible', tool('buf', 'breaking', '--against', `.git#tag=${release}`)]]),
    ['laws of files', laws],
  ];
}

function say(name, ok, millis, output) {
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(14)} ${(millis / 1000).toFixed(1).padStart(6)} s\n`);
  if (!ok) process.stdout.write(`${output.trimEnd().replace(/^/gm, '        ')}\n`);
}

/** Runs every gate and tells how each went. Returns the names of those that failed. */
export async function verify() {
  const waiting = steps();
  const failed = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, run] = next;
      const began = performance.now();
      const { ok, output } = await run();
      say(name, ok, performance.now() - began, output);
      if (!ok) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return failed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install((sentence) => void process.stderr.write(`${sentence}\n`));
  const failed = await verify();
  process.stdout.write(failed.length === 0 ? 'all gates passed\n' : `failed: ${failed.join(', ')}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
