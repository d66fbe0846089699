// What nobody may make us do by size, number or slowness, at the public door (security catalogue 3.H), and what does not get
// into its log (3.J).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
let reached = 0;
beforeAll(async () => {
  gateway = await startGateway({
    token: {
      issueToken: () => {
        reached++;
        return Promise.reject(new Error('no form of this suite is a good one'));
      },
    },
  });
});
afterAll(() => gateway.stop());

const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function post(body: string | Buffer, headers: Record<string, string> = {}) {
  const before = reached;
  const response = await fetch(`${gateway.url}/oauth2/token`, {
    method: 'POST',
    body,
    headers: { ...form, ...headers },
  });
  const { error } = (await response.json()) as { error: string };
  return { status: response.status, error, reached: reached - before, cache: response.headers.get('cache-control') };
}

const refused = { status: 400, error: 'invalid_request', reached: 0, cache: 'no-store' };
const large = { status: 413, error: 'request_too_large', reached: 0, cache: 'no-store' };
const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join('&');

describe('H01: many parameters', () => {
  test.each<[string, string, object]>([
    ['1,001', times(1_001, (i) => `a${String(i)}=`), refused],
    ['10,000', times(10_000, (i) => `a${String(i)}=`), large],
    ['1,001 empty ones', times(1_001, () => 'a'), refused],
    ['arrays', times(900, () => 'a[]='), refused],
    ['brackets, 5,000 deep', `a${'[b]'.repeat(5_000)}=1`, refused],
    ['nothing but separators', '&'.repeat(60_000), refused],
  ])('%s', async (_what, body, expected) => {
    const answer = await post(body);
    // A form without parameters is for the token service to refuse.
    if (body.startsWith('&&')) expect(answer).toMatchObject({ status: 500, reached: 1 });
    else expect(answer).toEqual(expected);
  });
});

describe('H02: large and odd bodies', () => {
  test.each<[string, string | Buffer, Record<string, string>, object]>([
    ['101 KB', `a=${'x'.repeat(101 * 1024)}`, {}, large],
    ['10 MB', Buffer.alloc(10 * 1024 * 1024, 'a'), {}, large],
    [
      'gzip, a thousand times larger inside',
      gzipSync(Buffer.alloc(5_000_000)),
      { 'content-encoding': 'gzip' },
      refused,
    ],
    ['20,000 escaped percent signs', `a=${'%25'.repeat(20_000)}`, {}, { status: 500, reached: 1 }],
    ['50,000 of them', `a=${'%25'.repeat(50_000)}`, {}, large],
  ])('%s', async (_what, body, headers, expected) => {
    expect(await post(body, headers)).toMatchObject(expected);
  });

  test('chunks without end are answered, and not kept', async () => {
    const { hostname, port } = new URL(gateway.url);
    const status = await new Promise((resolve, reject) => {
      const sending = request({ hostname, port, path: '/oauth2/token', method: 'POST', headers: form }, (answer) => {
        resolve(answer.statusCode);
        sending.destroy();
      });
      sending.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
      const chunk = Buffer.alloc(16 * 1024, 'a');
      const more = () => {
        if (!sending.destroyed) sending.write(chunk, () => setImmediate(more));
      };
      more();
    });
    expect(status).toBe(413);
  });
});

/** Raw, for what fetch would not send. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let said = '';
    socket.on('data', (data) => (said += String(data)));
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });
}

describe('H05: cookies', () => {
  const withCookie = (size: number) =>
    raw(`GET /health/alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: a=${'x'.repeat(size)}\r\n\r\n`);
  test('15 KB are fine, 17 KB are not', async () => {
    expect(await withCookie(15_000)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await withCookie(17_000)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('H08: who is slow is given up on', () => {
  let header: Promise<string>;
  let body: Promise<string>;
  // Both at once: each takes as long as the server's patience.
  beforeAll(() => {
    header = raw('GET /health/alive HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    body = trickle();
  });

  /** @returns what is said about a body that comes in a byte at a time */
  async function trickle(): Promise<string> {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.on('data', (data) => (said += String(data)));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n');
    socket.write('Content-Type: application/x-www-form-urlencoded\r\n\r\n');
    const timer = setInterval(() => socket.write('a'), 200);
    await closed;
    clearInterval(timer);
    return said;
  }

  test('H08: others are served meanwhile', async () => {
    expect((await fetch(`${gateway.url}/health/alive`)).status).toBe(200);
  });
  test('H08: a header that never ends', async () => {
    expect(await header).toMatch(/^HTTP\/1\.1 408 /);
  }, 60_000);
  test('H08: a body that trickles, however steadily', async () => {
    expect(await body).toMatch(/^HTTP\/1\.1 408 /);
  }, 60_000);
});

test('H10: strangers’ paths and methods make no time series of their own', async () => {
  for (let round = 0; round < 50; round++)
    await fetch(`${gateway.url}/${randomBytes(8).toString('hex')}`, {
      headers: { origin: `https://${String(round)}.test` },
    });
  const text = await (await fetch(`${gateway.management}/metrics`)).text();
  const series = text
    .split('\n')
    .filter((line) => line.startsWith('http_requests_total{') && line.includes('code="404"'));
  expect(series).toHaveLength(1);
  expect(series[0]).toContain('endpoint="unknown"');
});

describe('J01, J02: what is logged', () => {
  const canary = 'canary-7f3a9c';
  test.each([
    ['a secret in the path', `/oauth2/token/${canary}${'A'.repeat(30)}`],
    ['a secret in the query', `/oauth2/auth?client_secret=${canary}`],
    ['a secret as a name', `/oauth2/auth?${canary}=1`],
    ['line breaks and colours', `/%0d%0a%1b[31m${canary}`],
    ['a JSON line of its own', `/%7B%22level%22:%22error%22%7D${canary}`],
    ['a line separator', `/%E2%80%A8${canary}`],
    ['a long path', `/${'a/'.repeat(4_000)}`],
  ])('%s: one event, no value, at most 1 KiB', async (_what, path) => {
    gateway.lines.length = 0;
    const headers = { authorization: `Bearer ${canary}`, cookie: `x=${canary}` };
    await fetch(gateway.url + path, { headers, redirect: 'manual' });
    const told = gateway.lines.filter(({ message }) => message === 'request');
    expect(told).toHaveLength(1);
    const line = JSON.stringify(told[0]);
    expect(line).not.toContain(canary);
    expect(line.length).toBeLessThanOrEqual(1_024);
    expect(line).not.toMatch(/[\x00-\x1f\u2028]/);
  });
});

test('J11: what may be cached, and for how long', async () => {
  const cacheOf = async (path: string, init: RequestInit = {}) =>
    (await fetch(gateway.url + path, { redirect: 'manual', ...init })).headers.get('cache-control');
  for (const path of [
    '/oauth2/auth',
    '/userinfo',
    '/oauth2/fallbacks/error',
    '/oauth2/sessions/logout',
    '/nothing',
    '/health/alive',
  ])
    expect(await cacheOf(path)).toBe('no-store');
  for (const path of ['/oauth2/token', '/oauth2/revoke', '/oauth2/introspect'])
    expect(await cacheOf(path, { method: 'POST', body: 'a=b', headers: form })).toBe('no-store');
  const seconds = /^public, max-age=(\d+)$/.exec((await cacheOf('/.well-known/jwks.json')) ?? '')?.[1];
  expect(Number(seconds)).toBeLessThanOrEqual(300);
});
