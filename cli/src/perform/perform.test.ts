// `cardea perform …` against the running services: whole flows, tokens that are checked, and what people get wrong.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import type { Outcome, Running } from '../running.fixture.js';
import { freePorts, startRunning } from '../running.fixture.js';
import type { Browser } from './person.fixture.js';
import { openBrowserFor } from './person.fixture.js';

let running: Running;
let ports: string[];
const secret = 'secret-of-length';

beforeAll(async () => {
  running = await startRunning({
    URLS_DEVICE_VERIFICATION: 'http://127.0.0.1:9/device',
    URLS_DEVICE_SUCCESS: 'http://127.0.0.1:9/done',
  });
  const grants = 'authorization_code,refresh_token,client_credentials,urn:ietf:params:oauth:grant-type:device_code';
  ports = (await freePorts(3)).map(String);
  const redirects = ports.flatMap((port) => ['--redirect-uri', `http://127.0.0.1:${port}/callback`]);
  const words = [
    'create',
    'client',
    '--id',
    'rp',
    '--secret',
    secret,
    '--grant-type',
    grants,
    '--scope',
    'openid,offline,a',
  ];
  expect(await running.cardea([...words, '--audience', 'api', ...redirects])).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => running.stop());

const env = { OAUTH2_CLIENT_ID: 'rp', OAUTH2_CLIENT_SECRET: secret };

/** Starts a flow and hands the start page to `work` as soon as it is there. */
async function perform(
  words: readonly string[],
  work: (start: string, browser: Browser) => Promise<unknown>,
): Promise<Outcome> {
  let said = '';
  let begun: Promise<unknown> | undefined;
  return new Promise((resolve, reject) => {
    const outcome = running.cardea(['perform', ...words, '--no-open'], {
      env,
      heard(text) {
        said += text;
        const start = /Open this in a browser: (\S+)/.exec(said)?.[1];
        if (start === undefined || begun !== undefined) return;
        begun = work(start, openBrowserFor(running.public, running.admin));
        // What the person cannot do, the command would wait for.
        begun.catch(reject);
      },
    });
    outcome.then(resolve, reject);
  });
}

describe('authorization-code', () => {
  test('goes through, checks the ID token, and shows what stands in it', async () => {
    const { code, out } = await perform(['authorization-code', '--port', ports[0]!], async (start, browser) => {
      expect(await browser.go(start)).toMatchObject({ status: 200, text: expect.stringContaining('It worked') });
    });
    expect(code).toBe(0);
    for (const title of ['ACCESS TOKEN', 'REFRESH TOKEN', 'ID TOKEN', 'EXPIRY']) {
      expect(out).toMatch(new RegExp(`^${title} +\\S{10,}$`, 'm'));
    }
    expect(out).toMatch(/^id_token decoded:$/m);
    expect(out).toContain('"sub": "alice"');
    expect(out).toMatch(/the ID token is good: \w+ by key \S+; issuer, audience, times and nonce are right/);
  });

  test('form_post, JSON, the id only', async () => {
    const words = ['authorization-code', '--response-mode', 'form_post', '--port', ports[1]!, '--scope', 'openid'];
    const { code, out } = await perform([...words, '--format', 'json'], async (start, browser) => {
      const { text } = await browser.go(start);
      const inputs = [...text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      );
      const [, action = ''] = /action="([^"]*)"/.exec(text) ?? [];
      expect(action).toBe(`http://127.0.0.1:${ports[1]!}/callback`);
      expect((await browser.go(action, { method: 'POST', body: new URLSearchParams(inputs) })).status).toBe(200);
    });
    expect(code).toBe(0);
    const tokens = JSON.parse(out) as {
      access_token: string;
      decoded: { id_token: { claims: object } };
      scope: string;
    };
    expect(tokens.decoded.id_token.claims).toMatchObject({ sub: 'alice', aud: ['rp'], iss: running.public });
    expect(tokens.scope).toBe('openid');
    expect(tokens).not.toHaveProperty('refresh_token');
  });

  test('an answer that nobody asked for ends nothing; a refusal does, with what was said', async () => {
    const { code, err, out } = await perform(['authorization-code', '--port', ports[2]!], async (start) => {
      const { href } = new URL('/callback?state=made-up&code=x', start);
      expect((await fetch(href)).status).toBe(400);
      const location = (await fetch(start, { redirect: 'manual' })).headers.get('location') ?? '';
      const state = new URL(location).searchParams.get('state') ?? '';
      const refusal = { state, iss: running.public, error: 'access_denied', error_description: 'No <b>way</b>' };
      const page = await fetch(new URL(`/callback?${new URLSearchParams(refusal).toString()}`, start));
      expect(page.status).toBe(500);
      expect(await page.text()).toContain('No &#60;b&#62;way');
    });
    expect([code, out]).toEqual([1, '']);
    expect(err.trim().split('\n').at(-1)).toBe('cardea: access_denied: No <b>way</b>');
  });

  test('an answer of another issuer is not believed (RFC 9207)', async () => {
    const { code, err } = await perform(['authorization-code', '--port', ports[2]!], async (start) => {
      const location = (await fetch(start, { redirect: 'manual' })).headers.get('location') ?? '';
      const state = new URL(location).searchParams.get('state') ?? '';
      await fetch(
        new URL(`/callback?${new URLSearchParams({ state, iss: 'https://other.test', code: 'x' }).toString()}`, start),
      );
    });
    expect([code, err]).toEqual([1, expect.stringContaining('comes from https://other.test')]);
  });

  test('a port that is taken', async () => {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = String((server.address() as { port: number }).port);
    const outcome = await running.cardea(['perform', 'authorization-code', '--no-open', '-p', port], { env });
    server.close();
    expect(outcome).toMatchObject({ code: 1, err: `cardea: port ${port} is taken: give another with --port\n` });
  });
});

test('client-credentials: a token that is worth something, and then nothing', async () => {
  const { out } = await running.cardea(['perform', 'client-credentials', '--scope', 'a', '--audience', 'api', '-q'], {
    env,
  });
  const token = out.trim();
  const introspected = await running.cardea(['introspect', 'token', '-', '--scope', 'a', '--format', 'json'], {
    input: out,
  });
  expect(JSON.parse(introspected.out)).toMatchObject({ active: true, client_id: 'rp', scope: 'a', aud: ['api'] });
  expect((await running.cardea(['introspect', 'token', token])).out).toMatch(/^CLIENT ID +rp$/m);
  expect(await running.cardea(['revoke', 'token', token], { env })).toMatchObject({ code: 0 });
  expect((await running.cardea(['introspect', 'token', token, '-q'])).out).toBe('false\n');
});

test.each([
  ['no client', [], {}, 1, /Give --client-id, or set OAUTH2_CLIENT_ID/],
  [
    'a wrong secret',
    ['--client-secret', 'wrong-secret'],
    env,
    4,
    /invalid_client.*check --client-id and --client-secret/,
  ],
  ['a scope it has not', ['--scope', 'b'], env, 1, /invalid_scope.*cardea update client/],
  ['the admin API', ['--endpoint', 'ADMIN'], env, 3, /is --endpoint the public API/],
])('client-credentials with %s', async (_what, words, given, code, sentence) => {
  const places = words.map((word) => (word === 'ADMIN' ? running.admin : word));
  const outcome = await running.cardea(['perform', 'client-credentials', ...places], { env: given });
  expect([outcome.code, outcome.out]).toEqual([code, '']);
  expect(outcome.err.trim()).toMatch(sentence);
  expect(outcome.err.trim().split('\n')).toHaveLength(1);
});

test('device-code: waits until somebody has entered the code', async () => {
  const { code, out } = await perform(['device-code', '--format', 'json'], (start, browser) => browser.go(start));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    decoded: { id_token: { claims: { sub: 'alice', iss: running.public } } },
    refresh_token: expect.any(String),
  });
});
