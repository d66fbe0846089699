// `cardea explain` asks running services: a request, what became of its challenge, tokens and log lines.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
  const flags = [
    '--id',
    'shop',
    '--secret',
    'a-secret-of-some-length',
    '--redirect-uri',
    'http://127.0.0.1:5555/callback',
  ];
  const rights = [
    '--scope',
    'openid,offline_access',
    '--grant-type',
    'authorization_code,refresh_token,client_credentials',
  ];
  expect(await running.cardea(['create', 'client', ...flags, ...rights])).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => running.stop());

const parameters = {
  ...{ client_id: 'shop', response_type: 'code', redirect_uri: 'http://127.0.0.1:5555/callback' },
  ...{ scope: 'openid offline_access', state: 'some-state-of-mine' },
  ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
};
const asked = (change: Record<string, string> = {}) =>
  `${running.public}/oauth2/auth?${new URLSearchParams({ ...parameters, ...change }).toString()}`;
const explained = (thing: string, ...more: string[]) => running.cardea(['explain', thing, ...more]);

test('a request that is right goes on to the login page', async () => {
  const { code, out, err } = await explained(asked());
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/ok +the server says +go on: the browser would be sent to http:\/\/127\.0\.0\.1:9\/login/);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['an unknown client', { client_id: 'shopp' }, /WRONG +client +there is no client shopp/],
  [
    'another name of this machine',
    { redirect_uri: 'http://localhost:5555/callback' },
    /not the same name[\s\S]*invalid_request/,
  ],
  [
    'a scope it may not have',
    { scope: 'openid admin' },
    /may not ask for admin[\s\S]*--scope[\s\S]*the server says +invalid_scope/,
  ],
])('%s is found by both, the rules and the server', async (_name, change, said) => {
  const { code, out } = await explained(asked(change));
  expect(out).toMatch(said);
  // What to do is said once, by the step that found it.
  expect(out).not.toContain('Give the whole URL to');
  expect(code).toBe(1);
});

test('the wrong host name is noticed, for its cookies', async () => {
  const { out } = await explained(asked().replace('127.0.0.1', 'localhost'));
  expect(out).toMatch(/WRONG +endpoint .*localhost.*\n.*cookies are kept by host name/);
});

test('a challenge that waits, and one that is unknown', async () => {
  const answer = await fetch(asked(), { redirect: 'manual' });
  const login = answer.headers.get('location') ?? '';
  const { code, out } = await explained(login);
  expect(code).toBe(0);
  expect(out).toMatch(/A login challenge\.[\s\S]*waits for the login app[\s\S]*client +shop/);
  const bare = new URL(login).searchParams.get('login_challenge') ?? '';
  expect((await explained(bare)).out).toContain('A login challenge.');
  expect((await explained(`http://127.0.0.1:9/login?login_challenge=${'x'.repeat(80)}`)).out).toContain(
    'nobody here knows it',
  );
  expect((await explained('x'.repeat(80))).err).toContain('no challenge that is known here');
});

test('tokens, active and not', async () => {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const authorization = `Basic ${Buffer.from('shop:a-secret-of-some-length').toString('base64')}`;
  const granted = await fetch(`${running.public}/oauth2/token`, { method: 'POST', body, headers: { authorization } });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const { code, out } = await running.cardea(['explain', '-'], { input: `${token}\n` });
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/active +yes, as access_token[\s\S]*client_id +shop[\s\S]*exp/),
  ]);
  expect(out).not.toContain(token);
  expect((await explained(`${token.slice(0, -2)}xx`)).out).toMatch(/WRONG +active +no/);
});

test('a JWT of somebody else', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = `${part({ alg: 'RS256', kid: 'x' })}.${part({ iss: 'https://evil.test', exp: 1, nonce: 'n' })}.AAAA`;
  const { code, out } = await explained(forged, '--format', 'json');
  const { findings } = JSON.parse(out) as { findings: { verdict: string; about: string }[] };
  expect(findings.filter(({ verdict }) => verdict === 'wrong').map(({ about }) => about)).toEqual([
    'signature',
    'iss',
    'exp',
  ]);
  expect(code).toBe(1);
});

test('an error id leads to its line', async () => {
  const line = { level: 'error', time: '2030-01-01T00:00:00Z', service: 'token', msg: 'a call failed' };
  const cause = {
    err: { message: 'connect ECONNREFUSED' },
    error: 'temporarily_unavailable',
    error_id: '5bf324cd2b5a9e33',
  };
  const log = running.write('token.log', `noise\n${JSON.stringify({ ...line, ...cause })}\n`);
  const { out } = await explained('5bf324cd2b5a9e33', '--log', log);
  expect(out).toMatch(/underneath +connect ECONNREFUSED[\s\S]*temporarily_unavailable/);
  expect((await explained('5bf324cd2b5a9e34', '--log', log)).code).toBe(3);
  expect((await explained('5bf324cd2b5a9e34')).err).toContain('--log FILE');
});

test('the address of a callback leads to the line of its error', async () => {
  const answer = await fetch(asked({ scope: 'openid admin' }), { redirect: 'manual' });
  const callback = answer.headers.get('location') ?? '';
  const page = new URL(callback).searchParams.get('error_uri') ?? '';
  const id = new URL(page).searchParams.get('error_id') ?? '';
  expect((await explained(callback)).out).toMatch(new RegExp(`error id +${id}\\n[^]*explain ${id} --log FILE`));
  const line = { level: 'info', service: 'gateway', msg: 'request', path: '/oauth2/auth', error_id: id };
  const log = running.write('gateway.log', `${JSON.stringify(line)}\n`);
  for (const thing of [callback, page]) {
    const { code, out } = await explained(thing, '--log', log);
    expect(code).toBe(1);
    expect(out).toMatch(/WRONG +error +invalid_scope[^]*logged by +gateway at [^]*path +\/oauth2\/auth/);
  }
});

test('what is nothing is said to be nothing', async () => {
  expect(await explained('hello')).toMatchObject({
    code: 1,
    err: expect.stringContaining('nothing that can be explained'),
  });
});
