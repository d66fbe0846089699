// Settings change while the services run and are asked without a pause: each that may change is seen by what it does, and no request
// fails. What is wrong with a file changes nothing (issue 7 "hot reload"; hydra-wire §8; security catalogue F28).
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CreatedClient } from './clients.js';
import { basic, createClient, issueToken } from './clients.js';
import { introspect } from './code-flow.js';
import type { Demo } from './demo.js';
import { newHome, startDemo } from './demo.js';
import { root } from './processes.js';
import type { AdminDoors } from './reload/admin-doors.js';
import { openAdminDoors } from './reload/admin-doors.js';
import { documents } from './reload/documents.js';
import type { Effect, Settings } from './reload/effect.js';
import { merged, until } from './reload/effect.js';
import type { Load } from './reload/load.js';
import { startLoad } from './reload/load.js';
import { logins } from './reload/logins.js';
import { limits, lives, rules } from './reload/rules.js';
import type { World } from './reload/world.js';
import type { Listener } from './signals/listeners.js';
import { listenHttp } from './signals/listeners.js';

// A dozen processes, and as many effects at a time, on a machine that may be busy.
jest.setTimeout(300_000);

let demo: Demo;
let client: CreatedClient;
let load: Load;
let doors: AdminDoors;
let listener: Listener;
let world: World;
const own = newHome();
const live = path.join(own.directory, 'live.yaml');

/** A careful writer's way: the file is whole under its name at once. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const settle = (settings: Settings): void => write(live, JSON.stringify(settings, null, 2));
const start: Settings = { secrets: { acceptance_period: '1s' }, log: { level: 'error' } };
const logOf = (name: string) => readFileSync(path.join(demo.home, 'logs', `${name}.log`), 'utf8');

beforeAll(async () => {
  mkdirSync(own.directory, { recursive: true });
  settle(start);
  listener = await listenHttp();
  demo = await startDemo({ args: ['--config', live], env: { HSM_ENABLED: 'false' } });
  client = await createClient(demo.admin);
  doors = await openAdminDoors({ demo, directory: own.directory });
  world = { demo, client, directory: own.directory, log: logOf };
  load = startLoad(demo, client, doors.key);
}, 180_000);

afterEach(() => {
  expect(load.failures).toEqual([]);
});

afterAll(async () => {
  await load.stop();
  doors.close();
  await demo.stop();
  await listener.close();
  own.remove();
}, 60_000);

const json = async (url: string, init?: RequestInit) =>
  (await (await fetch(url, init)).json()) as Record<string, unknown>;
const askToken = () =>
  json(`${demo.public}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });

/** Settings whose effect was seen. */
const proven = new Set<string>();

describe('settings that change are seen, each by what it does, and no request fails', () => {
  /** All at once; what each of them does is looked for, there and gone again. */
  async function change(effects: readonly Effect[], { back = true } = {}): Promise<void> {
    const before = load.answered();
    settle(merged(start, ...effects.map(({ settings }) => settings)));
    await Promise.all(
      effects.map(async ({ keys, seen }) => {
        await until(`${keys.join(', ')} is seen`, seen);
        for (const key of keys) proven.add(key);
      }),
    );
    await until('requests go on', () => load.answered() > before + 20);
    if (!back) return;
    settle(start);
    // What cannot even be asked any more is gone.
    const gone = (seen: Effect['seen']) => async () => !(await seen().catch(() => false));
    await Promise.all(effects.map(({ keys, seen }) => until(`${keys.join(', ')} is as it was`, gone(seen))));
  }

  test('documents, headers, first redirects', async () => change(await documents(world)));
  test('logins and what comes of them', async () => change(await logins(world, listener)));
  test('what is refused', async () => change(await rules(world)));
  test('what is good once, or for a while', async () => change(await lives(world)));

  test('limits, which are an answer and no failure; and none', async () => {
    const all = await limits(world);
    load.allowLimits(true);
    await change(all, { back: false });
    const [count] = all.filter(({ keys }) => keys.includes('rate_limits.client_secrets.attempts'));
    settle(merged(start, ...all.map(({ settings }) => settings), { rate_limits: { enabled: false } }));
    await until('rate_limits.enabled is seen', async () => !(await count?.seen()));
    proven.add('rate_limits.enabled');
    load.allowLimits(false);
    settle(start);
    await until(
      'limits are as they were',
      async () => !(await Promise.all(all.map(({ seen }) => seen()))).includes(true),
    );
  });

  test('who may use the admin API', async () => {
    await change(doors.byFile, { back: false });
    await change(doors.byUrl);
  });

  test('no setting that is said to be live is left out', () => {
    const said = [
      ...readFileSync(path.join(root, 'docs/configuration.md'), 'utf8').matchAll(/^\| `([\w.]+)` \|.*\| yes \|/gm),
    ];
    // The system secrets have a test of their own below; that of CORS which Hydra has for debugging has no effect.
    const elsewhere = [
      'secrets.system',
      'secrets.acceptance_period',
      'serve.public.cors.debug',
      'serve.admin.cors.debug',
    ];
    expect(said.length).toBeGreaterThan(100);
    expect(said.map(([, key]) => key).filter((key = '') => !proven.has(key) && !elsewhere.includes(key))).toEqual([]);
  });
});

/** What a service said of changes, one list of settings a change. */
const changesOf = (service: string) =>
  [...logOf(service).matchAll(/"changed":(\[[^\]]*\])/g)].map(([, names = '[]']) => JSON.parse(names) as string[]);

test('F28: a system secret is replaced: what was sealed before and after is good, until the former one goes', async () => {
  const levels = () => changesOf('token').filter((names) => names.includes('log.level')).length;
  const before = levels();
  settle({ ...start, log: { level: 'info' } });
  await until('changes are logged', () => levels() > before);
  const file = path.join(demo.home, 'secrets', 'system');
  const rotations = () => changesOf('token').filter((names) => names.includes('secrets.system')).length;
  const begun = rotations();
  const [former, next] = [readFileSync(file, 'utf8').trim(), 'a new secret that nobody has guessed so far'];

  const early = await issueToken(demo.public, client);
  write(file, `${next},${former}\n`);
  await until('the new one is accepted, then used', () => rotations() === begun + 2);
  const late = await issueToken(demo.public, client);
  expect(await introspect(demo, early)).toMatchObject({ active: true });
  write(file, `${next}\n`);
  // A token that the former secret sealed is a stranger's now; one of the new secret is not.
  await until('the former one is gone', async () => (await introspect(demo, early))['active'] === false);
  expect(await introspect(demo, late)).toMatchObject({ active: true });
  expect(logOf('token')).not.toContain(next);
}, 150_000);

describe('what is wrong changes nothing, and the log says where it stands', () => {
  const refused = () => logOf('token').split('the new configuration is refused').length - 1;
  beforeAll(async () => {
    settle({ ...start, log: { level: 'info' }, ttl: { access_token: '33m' } });
    await until('the lifespan is seen', async () => Number((await askToken())['expires_in']) < 2_000);
  }, 120_000);

  test.each([
    ['half-written', () => writeFileSync(live, 'ttl:\n  access_token: "1'), 'live.yaml:2: '],
    ['a slip of the pen', () => write(live, 'ttl:\n  acces_token: 1h\n'), 'did you mean ttl.access_token?'],
    ['gone', () => rmSync(live), 'cannot be read'],
  ])(
    '%s',
    async (_what, harm, said) => {
      const before = refused();
      harm();
      await until('it is refused', () => refused() > before);
      expect(
        logOf('token')
          .split('\n')
          .findLast((line) => line.includes('is refused')),
      ).toContain(said);
      expect(Number((await askToken())['expires_in'])).toBeGreaterThan(1_900);
      expect(Number((await askToken())['expires_in'])).toBeLessThan(2_000);
    },
    90_000,
  );

  test('what needs a restart is named, on SIGHUP too', async () => {
    write(live, JSON.stringify({ ...start, log: { level: 'info' }, serve: { public: { port: 1 } } }));
    process.kill(demo.pids.gateway, 'SIGHUP');
    await until(
      'it is named',
      () => /restart needed[^\n]*/.test(logOf('gateway')) && logOf('gateway').includes('"serve.public.port"'),
    );
    expect((await fetch(`${demo.public}/health/ready`)).status).toBe(200);
  }, 90_000);
});
