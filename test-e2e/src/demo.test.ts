// The demo as a process: what it promises on one line, and that nothing of it is left, however it ends.
import { afterEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Demo } from './demo.js';
import { startDemo } from './demo.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
let demo: Demo | undefined;

afterEach(async () => {
  await demo?.stop();
  demo = undefined;
});

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};

/** Living processes that were started with this state directory, or are among these. */
function processesOf(home: string, pids: readonly number[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => !/^\d+ \(.*\) [ZX]/s.test(read(`/proc/${pid}/stat`)))
    .filter(
      (pid) =>
        pids.includes(Number(pid)) ||
        read(`/proc/${pid}/environ`).includes(home) ||
        read(`/proc/${pid}/cmdline`).includes(home),
    )
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** Asks until nothing is left; answers what still is after 20 s. */
async function leftOf(home: string, pids: readonly number[]): Promise<string[]> {
  for (let turn = 0; turn < 200; turn++) {
    if (processesOf(home, pids).length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return processesOf(home, pids);
}

const demoOf = (home: string): number => {
  const found = processesOf(home, []).find((line) => line.includes('scripts/demo.mjs'));
  return Number(found?.split(' ')[0]);
};

test('answers everywhere it says, and Ctrl-C leaves nothing running', async () => {
  demo = await startDemo();
  const { home } = demo;
  const pids = Object.values(demo.pids);
  const places = [
    `${demo.public}/.well-known/openid-configuration`,
    `${demo.admin}/admin/health/ready`,
    `${demo.login}/`,
    `${demo.rp}/`,
  ];
  for (const place of places) expect([place, (await fetch(place)).status]).toEqual([place, 200]);
  expect(processesOf(home, pids).length).toBeGreaterThan(pids.length);
  process.kill(demoOf(home), 'SIGINT');
  expect(await leftOf(home, pids)).toEqual([]);
}, 150_000);

test('killed without a chance to tidy up, it leaves nothing running either, and the next start works', async () => {
  demo = await startDemo();
  const { home } = demo;
  const pids = Object.values(demo.pids);
  const base = new URL(demo.public).port;
  process.kill(demoOf(home), 'SIGKILL');
  expect(await leftOf(home, pids)).toEqual([]);

  // Where the first one was, with what it left behind.
  const again = await startDemo({ args: ['--ports', base], env: { CARDEA_HOME: home } });
  expect((await fetch(`${again.public}/.well-known/jwks.json`)).status).toBe(200);
  expect(again.client).toEqual(demo.client);
  await again.stop();
}, 150_000);

test('the gateway is not told where the database is, and no secret can be read by others', async () => {
  demo = await startDemo();
  const environment = read(`/proc/${String(demo.pids.gateway)}/environ`);
  const settings = readFileSync(path.join(demo.home, 'config/shared.yaml'), 'utf8');
  expect(environment + settings).not.toContain(new URL(demo.dsn).password);
  expect(existsSync(path.join(demo.home, 'secrets/system'))).toBe(true);

  // A second one with the same state is refused in one sentence.
  const second = spawnSync(process.execPath, [path.join(root, 'scripts/demo.mjs')], {
    env: { ...process.env, NODE_OPTIONS: '', CARDEA_HOME: demo.home },
    encoding: 'utf8',
  });
  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(/process \d+ runs a demo with .* CARDEA_HOME/);
}, 150_000);
