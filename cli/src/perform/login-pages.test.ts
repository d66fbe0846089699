// Hydra's way to try a server without a login app: its URLs lead to `cardea perform`, which asks the person itself.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Running } from '../running.fixture.js';
import { freePorts, startRunning } from '../running.fixture.js';
import { openBrowserFor } from './person.fixture.js';

let running: Running;
let port: number | undefined;
let here: string;

beforeAll(async () => {
  [port] = await freePorts(1);
  here = `http://127.0.0.1:${String(port)}`;
  running = await startRunning({ URLS_LOGIN: `${here}/login`, URLS_CONSENT: `${here}/consent` });
  const words = [
    'create',
    'client',
    '--id',
    'rp',
    '--secret',
    'secret-of-length',
    '--redirect-uri',
    `${here}/callback`,
  ];
  expect(await running.cardea([...words, '--scope', 'openid'])).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => running.stop());

test('login, consent, tokens; the second time nothing is asked', async () => {
  const browser = openBrowserFor(running.public, running.admin);
  const flow = (work: (start: string) => Promise<void>) => {
    let begun: Promise<void> | undefined;
    const client = ['--client-id', 'rp', '--client-secret', 'secret-of-length', '--scope', 'openid'];
    const words = ['perform', 'authorization-code', ...client, '--port', String(port), '--no-open', '--skip'];
    return running
      .cardea([...words, '--format', 'json'], { heard: () => void (begun ??= work(`${here}/perform-flow`)) })
      .then(async (outcome) => {
        await begun;
        return outcome;
      });
  };
  const first = await flow(async (start) => {
    const login = await browser.go(start);
    expect(login.text).toContain('Log in');
    const said = new URLSearchParams({ username: 'bob', remember: 'on', action: 'accept' });
    // The page of another site may send the form too, and the browser says so.
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: here },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const foreign = await browser.go(login.url, { method: 'POST', body: said, headers });
      expect([foreign.status, foreign.text]).toEqual([403, expect.stringContaining('another site')]);
    }
    const ours = { 'sec-fetch-site': 'same-origin', origin: here };
    const consent = await browser.go(login.url, { method: 'POST', body: said, headers: ours });
    expect(consent.text).toContain('rp asks for: openid');
    const agreed = await browser.go(consent.url, { method: 'POST', body: new URLSearchParams({ action: 'accept' }) });
    expect(agreed.text).toContain('It worked');
  });
  expect(JSON.parse(first.out)).toMatchObject({ decoded: { id_token: { claims: { sub: 'bob' } } } });

  const second = await flow(async (start) => {
    expect((await browser.go(start)).text).toContain('It worked');
  });
  expect(JSON.parse(second.out)).toMatchObject({ decoded: { id_token: { claims: { sub: 'bob' } } } });

  const consents = await running.cardea([
    'list',
    'consents',
    '--subject',
    'bob',
    '--format',
    'jsonpath=items.#.consent_request.client.client_id',
  ]);
  expect(JSON.parse(consents.out)).toContain('rp');
  expect((await running.cardea(['revoke', 'consents', '--subject', 'bob', '--all'])).code).toBe(0);
  expect((await running.cardea(['list', 'consents', '--subject', 'bob', '-q'])).out).toBe('');
  expect((await running.cardea(['revoke', 'logins', '--subject', 'bob'])).code).toBe(0);

  const denied = await flow(async (start) => {
    const login = await browser.go(start);
    expect(login.text).toContain('Log in');
    await browser.go(login.url, { method: 'POST', body: new URLSearchParams({ action: 'deny' }) });
  });
  expect([denied.code, denied.err.trim().split('\n').at(-1)]).toEqual([
    1,
    'cardea: access_denied: The person said no.',
  ]);
});
