// One demo for all suites that leave it as they found it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** A block of ports, none of which is taken. Well below the ports that the kernel hands out by itself. */
async function freeBase(ports) {
  for (let base = 18_000; base < 20_000; base += 100) {
    const free = await Promise.all(ports(base).map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no block of ports is free between 18000 and 20000');
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/**
 * @param {{ root: string, all: typeof import('@cardea/all') }} options
 * @returns {Promise<{ line: string, stop(): Promise<void> }>} `line` is what the demo prints, and its `home`
 */
export async function startSharedDemo({ root, all }) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'cardea-test-demo-'));
  const base = await freeBase((from) => Object.values(all.portTable(from)));
  // Ends when we do, even if we are killed.
  const preload = path.join(root, 'services/all/dist/demo/end-with-parent.js');
  const child = spawn(
    process.execPath,
    ['--import', preload, path.join(root, 'scripts/demo.mjs'), '--json', '--ports', String(base)],
    { cwd: root, env: { ...process.env, CARDEA_HOME: home }, detached: true, stdio: ['pipe', 'pipe', 2] },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    all.removeParts({ directory: path.join(home, 'parts') });
    rmSync(home, { recursive: true, force: true });
  };
  const line = await new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    void exited.then(() => resolve(undefined));
  });
  if (line === undefined) {
    await stop();
    throw new Error('the demo that the tests were to share did not start');
  }
  return { line: JSON.stringify({ ...JSON.parse(line), home }), stop };
}
