// Every trap of others is either proven by a test that is named, and is there, or walked here against real processes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createBrowserSession } from './browser-session.js';
import { callback, createClient } from './clients.js';
import { authorizationUrl, freshCode, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { authorize } from './login-app.js';
import { root } from './processes.js';
import { absent, traps } from './traps.js';

let demo: Demo;
beforeAll(async () => {
  demo = await joinDemo();
}, 150_000);
afterAll(() => demo.stop());

describe('a trap has a test', () => {
  test('and each a name of its own', () => {
    const names = [...traps.map(({ trap }) => trap), ...absent.map(([trap]) => trap)];
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(traps.map(({ trap, seen, proofs }) => [trap, seen, proofs] as const))('%s (%s)', (_trap, _seen, proofs) => {
    for (const [file, name] of proofs) {
      const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
      // In quotes, and in no comment.
      const found = lines.some(
        (line) => !/^\s*(?:\/\/|\*)/.test(line) && /['"`]/.test(line.split(name)[0] ?? '') && line.includes(name),
      );
      expect([file, name, found]).toEqual([file, name, true]);
    }
    expect(proofs).not.toHaveLength(0);
  });

  test.each(absent)('%s (%s): there is no such thing here yet', async (_trap, _seen, member) => {
    const answer = await fetch(`${demo.public}/.well-known/openid-configuration`);
    expect(await answer.json()).not.toHaveProperty(member);
  });
});

/** Statements and other sources of the services, without their tests. */
function sources(extension: string, below = 'services'): string[] {
  return readdirSync(path.join(root, below), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension) && !/node_modules|dist\/|\.(?:test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(path.join(root, below, file), 'utf8'));
}

test('no statement takes columns as they come', () => {
  const found = sources('.ts').filter((text) =>
    /\bRETURNING \*|\bINSERT INTO \S+\s+SELECT \* FROM (?!unnest)/.test(text),
  );
  expect(found).toEqual([]);
});

test('no transaction can fail for its isolation', () => {
  // One that only reads sees one instant of the data and takes nothing from anybody.
  const levels = sources('.ts').flatMap((text) => text.match(/ISOLATION LEVEL [\w ,]+/g) ?? []);
  expect(levels.filter((level) => !level.endsWith('REPEATABLE READ READ ONLY'))).toEqual([]);
});

test('instants are stored with their zone and told in UTC', async () => {
  expect(sources('.sql').filter((text) => /\btimestamp\b(?! with time zone)/i.test(text))).toEqual([]);
  const client = (await createClient(demo.admin)) as unknown as Record<string, string>;
  expect(client['created_at']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(Math.abs(Date.parse(client['created_at'] ?? '') - Date.now())).toBeLessThan(600_000);
});

describe('secrets of any characters', () => {
  const secret = 'a%b+c:d e&f=ü€/?%zz';
  const ask = async (init: RequestInit) => {
    const answer = await fetch(`${demo.public}/oauth2/token`, { method: 'POST', ...init });
    return [answer.status, ((await answer.json()) as { error?: string }).error];
  };
  const encoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
  const grant = { grant_type: 'client_credentials' };

  test('pass in Basic and in the form; a broken escape is a bad request, junk no credential', async () => {
    const plain = await createClient(demo.admin, { client_secret: secret });
    const header = (password: string) => ({
      authorization: `Basic ${Buffer.from(`${plain.client_id}:${password}`).toString('base64')}`,
    });
    const body = new URLSearchParams(grant);
    expect(await ask({ headers: header(encoded(secret)), body })).toEqual([200, undefined]);
    expect(await ask({ headers: header('%zz'), body })).toEqual([400, 'invalid_request']);
    expect(await ask({ headers: { authorization: 'Basic !!!' }, body })).toEqual([401, 'invalid_client']);
    const members = { client_secret: secret, token_endpoint_auth_method: 'client_secret_post' };
    const posted = await createClient(demo.admin, members);
    const form = new URLSearchParams({ ...grant, client_id: posted.client_id, client_secret: secret });
    expect(await ask({ body: form })).toEqual([200, undefined]);
  });
});

test('a redirect URI comes back byte for byte, with its own query first', async () => {
  const own = `${callback}?x=a+b&y=%2525&z=%C3%BC`;
  const client = await createClient(demo.admin, { redirect_uris: [own] });
  const browser = createBrowserSession();
  const url = authorizationUrl(demo, client, { redirect_uri: own });
  // The href of a URL is what it was made of, where nothing in it needs repair.
  const back = (await authorize(demo.admin, browser, url)).href;
  expect(back.startsWith(`${own}&`)).toBe(true);
  expect(back.split('?')).toHaveLength(2);
  const code = new URL(back).searchParams.get('code') ?? '';
  expect((await redeem(demo, client, code, { redirect_uri: own })).status).toBe(200);
});

test.each([
  'https:evil.example',
  'https:/evil.example',
  'https:\\\\evil.example',
  'https:///evil.example',
  '//evil.example/callback',
  '\\\\evil.example/callback',
  ` ${callback}`,
  `${callback}\t`,
  callback.replace('127.0.0.1', '127.1'),
  callback.replace('127.0.0.1', '0x7f.1'),
  callback.replace('127.0.0.1', '2130706433'),
  callback.replace('http://', 'http://evil.example@'),
])('an address that parsers repair leads nowhere: %j', async (address) => {
  const client = await createClient(demo.admin);
  const answer = await fetch(authorizationUrl(demo, client, { redirect_uri: address }), { redirect: 'manual' });
  const location = new URL(answer.headers.get('location') ?? '', demo.public);
  expect(location.origin).toBe(demo.public);
  expect(location.searchParams.get('error')).toBe('invalid_request');
});

test('one issuer, byte for byte, in discovery, tokens, answers and introspection', async () => {
  const client = await createClient(demo.admin, { access_token_strategy: 'jwt' });
  const discovery = await fetch(`${demo.public}/.well-known/openid-configuration`);
  const back = await authorize(demo.admin, createBrowserSession(), authorizationUrl(demo, client));
  const { body } = await redeem(demo, client, back.searchParams.get('code') ?? '');
  const issuerOf = (jwt = '') =>
    (JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { iss: string }).iss;
  const form = new URLSearchParams({ token: body.access_token ?? '' });
  const told = await fetch(`${demo.admin}/admin/oauth2/introspect`, { method: 'POST', body: form });
  expect([
    ((await discovery.json()) as { issuer: string }).issuer,
    back.searchParams.get('iss'),
    issuerOf(body.id_token),
    issuerOf(body.access_token),
    ((await told.json()) as { iss: string }).iss,
  ]).toEqual(Array.from({ length: 5 }, () => demo.issuer));
});

const nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
test.each([
  ['the error page', '/oauth2/fallbacks/error', ['error', 'error_description', 'error_hint', 'error_debug', 'x']],
  ['the login page', '/oauth2/fallbacks/login', ['login_challenge', 'x']],
  ['the consent page', '/oauth2/fallbacks/consent', ['consent_challenge', 'x']],
  ['the logout page', '/oauth2/fallbacks/logout', ['logout_challenge', 'x']],
  ['the device page', '/oauth2/fallbacks/device', ['device_challenge', 'user_code', 'x']],
])('pages show what they are given as text: %s', async (_page, at, names) => {
  const query = new URLSearchParams(names.map((name) => [name, nasty]));
  const answer = await fetch(`${demo.public}${at}?${query.toString()}`);
  const html = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).not.toMatch(/<script>alert|<img src=x/);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('six flows in one browser, with all they may ask for, fit into 4 KB of cookies', async () => {
  const scope = Array.from({ length: 40 }, (_, index) => `scope-number-${String(index)}`).join(' ');
  const browser = createBrowserSession();
  for (let flow = 0; flow < 6; flow++) {
    const client = await createClient(demo.admin, { scope });
    const answer = await browser.visit(authorizationUrl(demo, client, { scope, state: 's'.repeat(500) }));
    const location = answer.headers.get('location') ?? '';
    expect(new URL(location).searchParams.has('login_challenge')).toBe(true);
    expect(location.length).toBeLessThan(8_000);
  }
  const header = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  expect(header.length).toBeLessThan(4_096);
});

test('a hundred first requests for the keys have one answer', async () => {
  const ask = async () => {
    const answer = await fetch(`${demo.public}/.well-known/jwks.json`);
    return `${String(answer.status)} ${await answer.text()}`;
  };
  const answers = new Set(await Promise.all(Array.from({ length: 100 }, ask)));
  expect(answers.size).toBe(1);
  expect([...answers][0]).toMatch(/^200 /);
});

test('a client without a scope of its own gets offline_access by what the operator decided, and no more', async () => {
  const client = await createClient(demo.admin, { scope: undefined });
  const granted = await redeem(demo, client, await freshCode(demo, client, { scope: 'openid offline_access' }));
  expect(granted).toMatchObject({ status: 200, body: { refresh_token: expect.any(String) } });
  const more = await fetch(authorizationUrl(demo, client, { scope: 'openid admin' }), { redirect: 'manual' });
  expect(new URL(more.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_scope');
});

test('fifty failures at once each speak of themselves', async () => {
  const client = await createClient(demo.admin);
  const fail = async (marker: string) => {
    const url = authorizationUrl(demo, client, { state: marker, scope: `unknown-${marker}` });
    const answer = await fetch(url, { redirect: 'manual' });
    return new URL(answer.headers.get('location') ?? '').searchParams;
  };
  const markers = Array.from({ length: 50 }, (_, index) => `marker-${String(index).padStart(3, '0')}`);
  const answers = await Promise.all(markers.map(fail));
  for (const [index, marker] of markers.entries()) {
    const all = [...(answers[index] ?? [])].map(([, value]) => value).join(' ');
    expect(answers[index]?.get('state')).toBe(marker);
    expect(all.match(/marker-\d{3}/g)?.every((found) => found === marker)).toBe(true);
  }
});

test('a spike is served or told to come back', async () => {
  const client = await createClient(demo.admin, { token_endpoint_auth_method: 'client_secret_post' });
  const { client_id, client_secret } = client;
  const ask = async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
    const answer = await fetch(`${demo.public}/oauth2/token`, { method: 'POST', body });
    await answer.arrayBuffer();
    return answer.status;
  };
  const statuses = await Promise.all(Array.from({ length: 300 }, ask));
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(await ask()).toBe(200);
});
