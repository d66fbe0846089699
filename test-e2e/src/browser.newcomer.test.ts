// A newcomer's half hour with a real browser: a clone, the demo, a client by the command line, the flow; then the ten mistakes that
// everybody makes, each made for real, and each time somebody says what to do: the page or the answer, and `cardea doctor` or `cardea explain`.
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { openChromium } from './chromium.js';
import type { Demo } from './demo.js';
import { newHome, startDemo } from './demo.js';
import { leave } from './demo-pages.js';
import { adminCall } from './login-app.js';
import { cloneTree } from './clone.js';

// A browser and a dozen processes on a busy machine; nothing here measures time.
jest.setTimeout(120_000);

interface Settings {
  readonly [name: string]: string | number | boolean | Settings;
}

interface Finding {
  readonly verdict: 'ok' | 'note' | 'warning' | 'wrong';
  readonly about: string;
  readonly says: string;
  readonly fix?: string;
}

let demo: Demo;
let browser: Browser;
let page: Page;
let callback: string;
let credential: { client_id: string; client_secret: string };
const own = newHome();
const file = (name: string) => path.join(own.directory, name);
const clone = file('cardea');

/** Settings on top of the demo's, which its services take up while they run. */
function settle(settings: Settings, name = 'live.yaml'): string {
  writeFileSync(file(`${name}.new`), JSON.stringify(settings), { mode: 0o600 });
  renameSync(file(`${name}.new`), file(name));
  return file(name);
}

beforeAll(async () => {
  mkdirSync(own.directory, { recursive: true });
  settle({});
  cloneTree(clone);
  browser = await openChromium();
  demo = await startDemo({ clone, args: ['--config', file('live.yaml')], env: { HSM_ENABLED: 'false' } });
}, 180_000);

beforeEach(async () => {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  page = await context.newPage();
});

afterAll(async () => {
  await browser.close();
  await demo.stop();
  own.remove();
}, 60_000);

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a process; `heard` is told of all it has said so far. */
function cardea(
  words: readonly string[],
  { env = {}, heard = () => undefined }: { env?: Record<string, string>; heard?: (said: string) => void } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(clone, 'cli/bin/cardea.js'), ...words], {
      env: { PATH: process.env['PATH'], CARDEA_ADMIN_URL: demo.admin, CARDEA_PUBLIC_URL: demo.public, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => heard((err += text)));
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

const configs = (...more: readonly string[]) =>
  ['shared', 'token', 'keys']
    .map((name) => path.join(demo.home, 'config', `${name}.yaml`))
    .concat(file('live.yaml'), more)
    .flatMap((name) => ['--config', name]);

/** What the doctor has to say that is not good. */
async function doctor(more: readonly string[] = [], env: Record<string, string> = {}): Promise<readonly Finding[]> {
  const { out } = await cardea(['doctor', '--format', 'json', ...configs(...more)], { env });
  const { findings } = JSON.parse(out) as { findings: readonly Finding[] };
  return findings.filter(({ verdict }) => verdict === 'wrong' || verdict === 'warning');
}

/** All it says: what it finds, and where it cannot look, why. */
async function explain(thing: string): Promise<string> {
  const { out, err } = await cardea(['explain', '--', thing]);
  return out + err;
}

/** An authorization URL that is right but for what is changed. */
function authorization(change: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: credential.client_id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline_access',
    state: 'a state that nobody guesses',
    ...change,
  });
  return `${demo.public}/oauth2/auth?${query.toString()}`;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (await holds()) return;
  throw new Error(`it did not come to pass: ${what}`);
}

async function logIn(): Promise<void> {
  await page.fill('#username', 'ada');
  await page.fill('#password', 'any password');
}

/** Where the browser is sent when nobody listens at the callback: it goes there all the same, and says that nobody is there. */
async function sentBack(act: () => Promise<unknown>): Promise<URL> {
  const asked = page.waitForRequest((request) => request.url().startsWith(callback));
  await act().catch(() => undefined);
  return new URL((await asked).url());
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** `cardea perform authorization-code` with this browser. @returns the tokens it shows */
async function perform(scope: string): Promise<Record<string, unknown>> {
  let walked: Promise<void> | undefined;
  const walk = async (start: string): Promise<void> => {
    await page.goto(start);
    await logIn();
    await leave(page, '#log-in');
    await page.waitForSelector('#consent-form');
    await page.click('#allow');
    await page.waitForSelector('text=It worked');
  };
  const words = ['perform', 'authorization-code', '--no-open', '--port', new URL(callback).port, '--scope', scope];
  const { code, out, err } = await cardea([...words, '--format', 'json'], {
    env: { OAUTH2_CLIENT_ID: credential.client_id, OAUTH2_CLIENT_SECRET: credential.client_secret },
    heard(said) {
      const start = /Open this in a browser: (\S+)\n/.exec(said)?.[1];
      if (start !== undefined) walked ??= walk(start);
    },
  });
  await walked;
  expect([code, err]).toEqual([0, expect.stringContaining('Open this in a browser')]);
  return JSON.parse(out) as Record<string, unknown>;
}

test('from nothing to tokens: a client by the command line, a flow in a browser', async () => {
  callback = `http://127.0.0.1:${String(await freePort())}/callback`;
  const words =
    'create client --name Newcomer --grant-type authorization_code,refresh_token --scope openid,offline_access';
  const made = await cardea([...words.split(' '), '--redirect-uri', callback, '--format', 'json']);
  expect([made.code, made.err]).toEqual([0, '']);
  credential = JSON.parse(made.out) as typeof credential;
  const tokens = await perform('openid,offline_access');
  expect(tokens).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
  expect((await doctor()).filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
});

describe('ten mistakes, and who says what to do', () => {
  test('1: an issuer over http', async () => {
    const wrong = settle({ urls: { self: { issuer: 'http://id.example.com' } } }, 'http.yaml');
    expect(await doctor([wrong])).toContainEqual(
      expect.objectContaining({
        about: 'urls.self.issuer',
        says: 'http://id.example.com is plain http',
        fix: expect.stringContaining('https'),
      }),
    );
  });

  test('2: a cookie that is lost on the way', async () => {
    await page.goto(authorization());
    await logIn();
    // Those of the provider; the login app's are its own business.
    await page.context().clearCookies({ name: /^ory_hydra_/ });
    const answer = await sentBack(() => page.click('#log-in'));
    expect(answer.searchParams.get('error')).toBe('request_forbidden');
    expect(answer.searchParams.get('error_description')).toMatch(
      /did not bring the cookie.*in one browser, at the host name of the issuer/,
    );
    expect(await explain(answer.href)).toContain(
      'fix: Open the login in one browser, at the host of the issuer; put https in front of it',
    );
  });

  test('3: a redirect URI that is not registered', async () => {
    await page.goto(authorization({ redirect_uri: `${callback}/` }));
    const text = await page.innerText('main');
    expect(text).toContain('must be one of its redirect_uris, letter by letter');
    expect(text).toContain('cardea update client ID --redirect-uri');
    expect(await explain(authorization({ redirect_uri: `${callback}/` }))).toContain(
      'there is a slash at the end of one of them',
    );
  });

  test('4: 127.0.0.1 here and localhost there', async () => {
    const elsewhere = authorization().replace('127.0.0.1', 'localhost');
    await page.goto(elsewhere);
    await logIn();
    const answer = await sentBack(() => page.click('#log-in'));
    expect(answer.searchParams.get('error_description')).toContain('at the host name of the issuer');
    expect(await explain(elsewhere)).toMatch(/WRONG\s+endpoint.*\n\s+why: cookies are kept by host name/);
    const wrong = settle({ urls: { login: demo.login.replace('127.0.0.1', 'localhost') } }, 'names.yaml');
    expect(await doctor([wrong])).toContainEqual(
      expect.objectContaining({ about: 'urls.login', fix: expect.stringContaining('write 127.0.0.1 in both') }),
    );
  });

  test('5: a scope that the client does not have', async () => {
    const answer = await sentBack(() => page.goto(authorization({ scope: 'openid calendar' })));
    expect(answer.searchParams.get('error_description')).toBe(
      "The client may not ask for scope 'calendar': add it to the scope of the client, or ask for less.",
    );
    expect(await explain(authorization({ scope: 'openid calendar' }))).toContain(
      `fix: cardea update client ${credential.client_id} --scope openid,offline_access,calendar`,
    );
  });

  test('6: no refresh token, for nobody asked for offline_access', async () => {
    expect(await perform('openid')).not.toHaveProperty('refresh_token');
    const answer = await fetch(`${demo.public}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${credential.client_id}:${credential.client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: '' }),
    });
    expect(await answer.json()).toMatchObject({
      error_description: expect.stringContaining('a login whose scope has offline_access'),
    });
    expect(await explain(authorization({ scope: 'openid' }))).toContain('fix: add offline_access to scope');
  });

  test('7: an admin API that everybody can reach', async () => {
    const wrong = settle({ serve: { admin: { host: '0.0.0.0' }, management: { admin: 0 } } }, 'exposed.yaml');
    const started = await cardea(['serve', 'admin', ...configs(wrong)]);
    expect([started.code, started.err]).toEqual([
      1,
      expect.stringMatching(/serve\.admin\.host is 0\.0\.0\.0.*listen on loopback.*or configure api_keys/),
    ]);
    expect(await doctor([wrong])).toContainEqual(
      expect.objectContaining({ about: 'serve.admin', fix: expect.stringContaining('cardea admin-key create') }),
    );
  });

  test('8: a login app at another port', async () => {
    const nobody = `http://127.0.0.1:${String(await freePort())}`;
    settle({ urls: { login: `${nobody}/login` } });
    await until('the services send people there', async () => {
      const { headers } = await fetch(authorization(), { redirect: 'manual' });
      return headers.get('location')?.startsWith(nobody) === true;
    });
    await page.goto(authorization());
    expect(await page.innerText('main')).toContain(
      `Nobody listens at ${nobody}, where urls.login sends people: start your app there, or set urls.login to where it listens.`,
    );
    expect(await doctor()).toContainEqual(
      expect.objectContaining({ about: 'urls.login', says: expect.stringContaining(nobody), fix: expect.any(String) }),
    );
    settle({});
    await until('they are sent to the right one again', async () => {
      const { headers } = await fetch(authorization(), { redirect: 'manual' });
      return headers.get('location')?.startsWith(demo.login) === true;
    });
  });

  test('9: a login that took too long', async () => {
    settle({ ttl: { login_consent_request: '2s' } });
    const login = '/admin/oauth2/auth/requests/login';
    const read = (challenge: string) => fetch(`${demo.admin}${login}?login_challenge=${challenge}`);
    let challenge = '';
    await until('challenges are short-lived', async () => {
      await page.goto(authorization());
      challenge = new URL(page.url()).searchParams.get('login_challenge') ?? '';
      await sleep(2_500);
      return (await read(challenge)).status === 401;
    });
    expect(await (await read(challenge)).json()).toMatchObject({
      error_description: expect.stringContaining('longer than ttl.login_consent_request'),
    });
    await logIn();
    await leave(page, '#log-in');
    expect(await page.innerText('main')).toMatch(/begin again/i);
    const said = await explain(challenge);
    expect(said).toContain('decided by: ttl.login_consent_request');
    expect(said).toContain('begin again at the client');
    settle({});
  });

  test('10: a clock that is wrong', async () => {
    // The process lives ten minutes in the past, whatever it asks for the time.
    writeFileSync(
      file('skew.mjs'),
      `const now = Date.now; Date.now = () => now() - 600_000;
globalThis.Date = new Proxy(Date, { construct: (of, given) => (given.length === 0 ? new of(of.now()) : new of(...given)) });\n`,
    );
    const env = { NODE_OPTIONS: `--import ${file('skew.mjs')}` };
    expect(await doctor([], env)).toContainEqual(
      expect.objectContaining({
        about: 'clock',
        says: expect.stringMatching(/(?:599|600|601) s ahead/),
        fix: expect.stringContaining('NTP'),
      }),
    );
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const issuer = `https://skewed.example/${randomUUID()}`;
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
    await adminCall(`${demo.admin}/admin/trust/grants/jwt-bearer/issuers`, 'POST', {
      ...{ issuer, subject: 'ada', scope: ['openid'], jwk, expires_at: new Date(Date.now() + 3_600_000).toISOString() },
    });
    const made = await cardea([
      'create',
      'client',
      '--grant-type',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      '--scope',
      'openid',
      '--format',
      'json',
    ]);
    const machine = JSON.parse(made.out) as typeof credential;
    const late = Math.floor(Date.now() / 1000) + 600;
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(issuer)
      .setSubject('ada')
      .setAudience(`${demo.public}/oauth2/token`)
      .setIssuedAt(late)
      .setExpirationTime(late + 60)
      .sign(privateKey);
    const answer = await fetch(`${demo.public}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${machine.client_id}:${machine.client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
    });
    expect(await answer.json()).toMatchObject({
      error_description: expect.stringContaining('compare the clocks of both machines'),
    });
    expect(await explain(assertion)).toMatch(/WRONG\s+iat.*has not come yet\n.*why: the clock of one machine is wrong/);
  });
});
