// The page that tells clients of a logout in frames, over real HTTP and gRPC (Front-Channel Logout 1.0 §3; catalogue S07, S11).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { authorizationV1 } from '@cardea/rpc';
import { createHash } from 'node:crypto';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
let answer: Pick<authorizationV1.EndSessionResponse, 'location' | 'frontchannelLogoutUris'>;
const cleared = {
  name: 'ory_hydra_session',
  value: '',
  maxAgeSeconds: -1,
  kind: authorizationV1.CookieKind.SESSION,
};

beforeAll(async () => {
  gateway = await startGateway({
    authorization: { endSession: async () => ({ ...answer, setCookies: [cleared] }) },
  });
});
afterAll(() => gateway.stop());

const logOut = async (location: string, frontchannelLogoutUris: string[], init: RequestInit = {}) => {
  answer = { location, frontchannelLogoutUris };
  const response = await fetch(`${gateway.url}/oauth2/sessions/logout?logout_verifier=v`, {
    redirect: 'manual',
    ...init,
  });
  return { response, html: await response.text() };
};
const policyOf = (response: Response) =>
  new Map(
    (response.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources] as const;
    }),
  );
const unescaped = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

test('each client has a frame, and the page may load nothing else', async () => {
  const frames = [
    'https://one.example/out?iss=https%3A%2F%2Fas.test%2F&sid=s',
    'https://one.example/again?iss=i&sid=s',
    'http://two.example:8080/out?keep=1&iss=i&sid=s',
  ];
  const { response, html } = await logOut('https://rp.test/bye?state=x&y=z', frames);
  expect(response.status).toBe(200);
  expect(response.headers.get('set-cookie')).toContain('Max-Age=0');
  const loaded = [...html.matchAll(/<iframe [^>]*src="([^"]*)"/g)].map(([, src]) => unescaped(src ?? ''));
  expect(loaded).toEqual(frames);
  const policy = policyOf(response);
  expect(policy.get('default-src')).toEqual(["'none'"]);
  expect(policy.get('frame-src')).toEqual(['https://one.example', 'http://two.example:8080']);
  expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  expect(policy.get('script-src')).toEqual([`'sha256-${createHash('sha256').update(script).digest('base64')}'`]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
});

test('S11: without scripts it goes on by itself within seven seconds, or by a link', async () => {
  const { html } = await logOut('https://rp.test/bye?state=x&y=z', ['https://one.example/out']);
  const [, seconds, url] = /<meta http-equiv="refresh" content="(\d+);url=([^"]*)"/.exec(html) ?? [];
  expect(Number(seconds)).toBeLessThanOrEqual(7);
  expect(unescaped(url ?? '')).toBe('https://rp.test/bye?state=x&y=z');
  expect(unescaped(/<a id="on" href="([^"]*)"/.exec(html)?.[1] ?? '')).toBe('https://rp.test/bye?state=x&y=z');
});

test('S07: addresses are inert text', async () => {
  const nasty = `https://one.example/out?"><script>alert(1)</script>'&sid=s`;
  const { html } = await logOut(`https://rp.test/bye?state="><img src=x onerror=alert(1)>`, [nasty]);
  expect(html).not.toContain('alert(1)</script>');
  expect(html).not.toContain('<img');
  expect(html.match(/<script>/g)).toHaveLength(1);
  expect(html.match(/<iframe /g)).toHaveLength(1);
});

test('a frame cannot take the browser elsewhere', async () => {
  const { html } = await logOut('https://rp.test/bye', ['https://one.example/out']);
  expect(/<iframe [^>]*sandbox="([^"]*)"/.exec(html)?.[1]).not.toContain('allow-top-navigation');
});

test('nobody to tell: straight on', async () => {
  const { response } = await logOut('https://rp.test/bye', []);
  expect([response.status, response.headers.get('location')]).toEqual([302, 'https://rp.test/bye']);
});
