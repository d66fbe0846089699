// The demo as a command: the line it promises, what it keeps and forgets, and that nothing of it is left however it ends
// (ARCHITECTURE §8, §11).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { issueToken } from './clients.js';
import { introspect } from './code-flow.js';
import type { Demo } from './demo.js';
import { newHome, runDemo, startDemo } from './demo.js';

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // It has ended meanwhile, or is somebody else's.
  }
};

/** Living processes that were started with this state directory, or are among these. */
function processesOf(home: string, pids: readonly number[] = []): string[] {
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

const listens = async (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Waits until nothing of a demo runs; answers what still does after 20 s. */
async function leftOf({ home, pids }: Demo): Promise<string[]> {
  const those = Object.values(pids);
  for (let turn = 0; turn < 200 && processesOf(home, those).length > 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return processesOf(home, those);
}

describe('one state directory, through its life', () => {
  const home = newHome();
  let demo: Demo;
  let token: string;

  beforeAll(async () => {
    demo = await startDemo({ home: home.directory });
    token = await issueToken(demo.public, { ...demo.client, redirect_uris: [] });
  }, 150_000);

  afterAll(async () => {
    await demo.stop();
    home.remove();
  });

  test('the line has exactly the promised members', () => {
    expect(demo.line).toEqual({
      public: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      admin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      login: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      rp: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      introspection: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      issuer: demo.public,
      client: {
        client_id: expect.any(String),
        client_secret: expect.any(String),
        redirect_uri: `${demo.rp}/callback`,
      },
      dsn: expect.stringMatching(/^postgres:\/\//),
      redis: expect.stringMatching(/^redis:\/\//),
      hsm: expect.any(Boolean),
      pids: expect.any(Object),
    });
    const names = ['admin', 'gateway', 'keys', 'postgres', 'redis', 'token', 'worker'];
    expect(Object.keys(demo.pids).sort()).toEqual(names);
    for (const pid of Object.values(demo.pids)) expect(existsSync(`/proc/${String(pid)}`)).toBe(true);
    expect(new Set(Object.values(demo.pids)).size).toBe(names.length);
  });

  test('what it names answers', async () => {
    const places = [
      `${demo.public}/.well-known/openid-configuration`,
      `${demo.admin}/admin/health/ready`,
      `${demo.login}/`,
      `${demo.rp}/`,
    ];
    for (const place of places) expect([place, (await fetch(place)).status]).toEqual([place, 200]);
  });

  test('the gateway is not told where the database is', () => {
    const told =
      read(`/proc/${String(demo.pids.gateway)}/environ`) + read(path.join(demo.home, 'config', 'shared.yaml'));
    expect(told).toContain(demo.public);
    expect(told).not.toContain(new URL(demo.dsn).password);
  });

  test('the ports are those of the table', () => {
    const base = Number(new URL(demo.public).port);
    const offsets = [demo.public, demo.admin, `http://${demo.introspection}`, demo.login, demo.rp].map(
      (url) => Number(new URL(url).port) - base,
    );
    expect(offsets).toEqual([0, 1, 2, 20, 30]);
  });

  test('everything listens on loopback only', () => {
    const open = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state]) => state === '0A')
        .map(([, local = '']) => local),
    );
    const base = Number(new URL(demo.public).port);
    const ours = open.filter((local) => {
      const port = parseInt(local.split(':')[1] ?? '', 16);
      return port >= base && port <= base + 41;
    });
    expect(ours.length).toBeGreaterThanOrEqual(11);
    expect(ours.filter((local) => !local.startsWith('0100007F:'))).toEqual([]);
  });

  test('SIGTERM leaves no process and no listener; the next start has all of the state', async () => {
    expect(processesOf(demo.home).length).toBeGreaterThan(7);
    expect(await demo.stop()).toBe(0);
    expect(processesOf(demo.home, Object.values(demo.pids))).toEqual([]);
    for (const url of [demo.public, demo.admin, demo.login, demo.rp]) expect(await listens(url)).toBe(false);

    const before = demo.client;
    demo = await startDemo({ home: home.directory, base: Number(new URL(demo.public).port) });
    expect(demo.client).toEqual(before);
    expect(await introspect(demo, token)).toMatchObject({ active: true });
  }, 150_000);

  test('a second demo in the same directory is refused, and the first goes on', async () => {
    const second = await runDemo({ home: home.directory });
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toMatch(/process \d+ runs a demo with .* CARDEA_HOME/);
    expect(await introspect(demo, token)).toMatchObject({ active: true });
  }, 60_000);

  test('SIGKILL leaves nothing either, and the next start finds its way', async () => {
    demo.kill('SIGKILL');
    expect(await leftOf(demo)).toEqual([]);
    demo = await startDemo({ home: home.directory, base: Number(new URL(demo.public).port) });
    expect(await introspect(demo, token)).toMatchObject({ active: true });
  }, 150_000);

  test('given a DSN and a REDIS_URL, it uses those and starts none', async () => {
    const guest = await startDemo({ env: { DSN: demo.dsn, REDIS_URL: demo.redis, HSM_ENABLED: 'false' } }).catch(
      (error: unknown) => error as Error,
    );
    if (guest instanceof Error) throw guest;
    try {
      expect([guest.dsn, guest.redis, guest.hsm]).toEqual([demo.dsn, demo.redis, false]);
      expect(Object.keys(guest.pids)).not.toEqual(expect.arrayContaining(['postgres']));
      expect(Object.keys(guest.pids)).not.toEqual(expect.arrayContaining(['redis']));
      expect(await issueToken(guest.public, { ...guest.client, redirect_uris: [] })).toMatch(/^ory_at_/);
    } finally {
      await guest.stop();
    }
    // What was given is still there.
    expect(await introspect(demo, 'rubbish')).toEqual({ active: false });
  }, 150_000);

  test('Ctrl-C ends it as well; --reset forgets tokens, keys and secrets', async () => {
    const keysOf = async () => {
      const response = await fetch(`${demo.public}/.well-known/jwks.json`);
      return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    };
    const [before, secret] = [await keysOf(), demo.client.client_secret];
    expect(await demo.stop('SIGINT')).toBe(0);
    expect(processesOf(demo.home, Object.values(demo.pids))).toEqual([]);
    demo = await startDemo({ home: home.directory, args: ['--reset'] });
    expect(demo.client.client_secret).not.toBe(secret);
    expect(await introspect(demo, token)).toEqual({ active: false });
    const after = await keysOf();
    expect(after.length).toBeGreaterThan(0);
    expect(after.filter((kid) => before.includes(kid))).toEqual([]);
  }, 150_000);
});

describe('the words after it', () => {
  test('--help teaches', async () => {
    const { code, stdout } = await runDemo({ args: ['--help'] });
    expect(code).toBe(0);
    for (const word of ['--json', '--ports', '--config', '--reset', 'DSN', 'REDIS_URL', 'CARDEA_HOME']) {
      expect(stdout).toContain(word);
    }
  });

  test.each([
    ['an unknown option', ['--colour'], '--colour'],
    ['ports that are none', ['--ports', 'many'], '--ports many'],
  ])('%s is refused with a sentence', async (_name, args, said) => {
    const { code, stdout, stderr } = await runDemo({ args });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(said);
  });
});
