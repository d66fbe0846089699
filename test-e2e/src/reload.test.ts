// Settings change while the services run and are asked without a pause: each is seen, and no request fails. What is wrong with a
// file changes nothing (hydra-wire §8; security catalogue F28).
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, callback, createClient, issueToken } from './clients.js';
import { authorizationUrl, introspect } from './code-flow.js';
import type { Demo } from './demo.js';
import { newHome, startDemo } from './demo.js';

interface Settings {
  readonly [name: string]: string | number | boolean | readonly string[] | Settings;
}

let demo: Demo;
let client: CreatedClient;
let load: Load;
const own = newHome();
const live = path.join(own.directory, 'live.yaml');

/** A careful writer's way: the file is whole under its name at once. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const settle = (settings: Settings): void => write(live, JSON.stringify(settings, null, 2));
const start: Settings = { secrets: { acceptance_period: '1s' }, log: { level: 'error' } };

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (await holds()) return;
  throw new Error(`it did not come to pass: ${what}`);
}

interface Load {
  readonly failures: string[];
  answered(): number;
  stop(): Promise<void>;
}

/** Four callers that never pause for longer than a moment. */
function startLoad(): Load {
  const failures: string[] = [];
  let answered = 0;
  let stopped = false;
  const keepOn = async (what: string, once: () => Promise<void>): Promise<void> => {
    for (; !stopped; await sleep(5)) {
      try {
        await once();
        answered++;
      } catch (error) {
        failures.push(`${what}: ${String(error)}`);
      }
    }
  };
  const discovery = async (): Promise<void> => {
    const { status } = await fetch(`${demo.public}/.well-known/openid-configuration`).then(async (response) => {
      await response.arrayBuffer();
      return response;
    });
    if (status !== 200) throw new Error(String(status));
  };
  const token = async (): Promise<void> => {
    const issued = await issueToken(demo.public, client);
    const { active } = await introspect(demo, issued);
    if (active !== true) throw new Error('a token that was just issued is not active');
  };
  const login = async (): Promise<void> => {
    const { status } = await createBrowserSession().visit(authorizationUrl(demo, client));
    if (status !== 303 && status !== 302) throw new Error(String(status));
  };
  const loops = [
    keepOn('discovery', discovery),
    keepOn('token', token),
    keepOn('token', token),
    keepOn('login', login),
  ];
  return {
    failures,
    answered: () => answered,
    async stop() {
      stopped = true;
      await Promise.all(loops);
    },
  };
}

beforeAll(async () => {
  mkdirSync(own.directory, { recursive: true });
  settle(start);
  demo = await startDemo({ args: ['--config', live], env: { HSM_ENABLED: 'false' } });
  client = await createClient(demo.admin);
  load = startLoad();
}, 180_000);

afterEach(() => {
  expect(load.failures).toEqual([]);
});

afterAll(async () => {
  await load.stop();
  await demo.stop();
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
const atLogin = async () => locationOf(await createBrowserSession().visit(authorizationUrl(demo, client)));
const allowedOrigin = async (url: string) =>
  (await fetch(url, { headers: { origin: 'https://app.test' } })).headers.get('access-control-allow-origin');
const logOf = (name: string) => readFileSync(path.join(demo.home, 'logs', `${name}.log`), 'utf8');

describe('a setting that changes is seen, and no request fails', () => {
  const cases: [string, Settings, () => Promise<boolean>][] = [
    [
      'ttl.access_token',
      { ttl: { access_token: '17m' } },
      async () => [1019, 1020].includes(Number((await askToken())['expires_in'])),
    ],
    [
      'urls.login',
      { urls: { login: 'https://login.test/here' } },
      async () => (await atLogin()).startsWith('https://login.test/here?'),
    ],
    [
      'urls.error',
      { urls: { error: 'https://errors.test/' } },
      async () => {
        const refused = `${demo.public}/oauth2/auth?client_id=nobody&response_type=code`;
        return (await locationOf(await createBrowserSession().visit(refused))).startsWith(
          'https://errors.test/?error=',
        );
      },
    ],
    [
      'urls.self.public',
      { urls: { self: { public: 'https://public.test' } } },
      async () =>
        (await json(`${demo.public}/.well-known/openid-configuration`))['token_endpoint'] ===
        'https://public.test/oauth2/token',
    ],
    [
      'serve.public.cors',
      { serve: { public: { cors: { enabled: true, allowed_origins: ['https://app.test'] } } } },
      async () => (await allowedOrigin(`${demo.public}/userinfo`)) === 'https://app.test',
    ],
    [
      'serve.admin.cors',
      { serve: { admin: { cors: { enabled: true, allowed_origins: ['https://app.test'] } } } },
      async () => (await allowedOrigin(`${demo.admin}/admin/clients`)) === 'https://app.test',
    ],
    [
      'strategies.access_token',
      { strategies: { access_token: 'jwt' } },
      async () => String((await askToken())['access_token']).split('.').length === 3,
    ],
    [
      'oauth2.pkce.enforced',
      { oauth2: { pkce: { enforced: true } } },
      async () => (await atLogin()).startsWith(`${callback}?error=invalid_request`),
    ],
    [
      'oidc.dynamic_client_registration',
      { oidc: { dynamic_client_registration: { enabled: true } } },
      async () => {
        const body = JSON.stringify({ redirect_uris: [callback] });
        const headers = { 'content-type': 'application/json' };
        return (await fetch(`${demo.public}/oauth2/register`, { method: 'POST', headers, body })).status === 201;
      },
    ],
    [
      'log.level',
      { log: { level: 'info' } },
      () => Promise.resolve(/"level":"info".*\/oauth2\/auth/.test(logOf('gateway'))),
    ],
  ];

  test.each(cases)(
    '%s',
    async (name, settings, seen) => {
      const [section = ''] = Object.keys(settings);
      const before = load.answered();
      settle({
        ...start,
        ...settings,
        [section]: { ...(start[section] as Settings | undefined), ...(settings[section] as Settings) },
      });
      await until(`${name} is seen`, seen);
      await until('requests go on', () => load.answered() > before + 20);
      settle(start);
      // The log keeps what it has been told.
      if (name !== 'log.level') await until(`${name} is as it was`, async () => !(await seen()));
    },
    150_000,
  );
});

/** What a service said of changes, one list of settings a change. */
const changesOf = (service: string) =>
  [...logOf(service).matchAll(/"changed":(\[[^\]]*\])/g)].map(([, names = '[]']) => JSON.parse(names) as string[]);

test('F28: a system secret is replaced: what was sealed before and after is good, until the former one goes', async () => {
  settle({ ...start, log: { level: 'info' } });
  await until('changes are logged', () => changesOf('token').some((names) => names.includes('log.level')));
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
