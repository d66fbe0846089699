// Where we ask and where not, over real sockets: security catalogue G. The canary stands for everything inside; it must
// never be touched.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { quietLog } from '../database.fixture.js';
import { isPublicAddress } from './addresses.js';
import type { Outbound, OutboundOptions } from './outbound.js';
import { createOutbound } from './outbound.js';
import type { OutboundError } from './outbound-error.js';
import type { TargetPolicy } from './target.js';
import { urlMatcher } from './url-glob.js';

const options: OutboundOptions = { maxBytes: 1024, timeoutMillis: 3_000, purpose: 'test' };
const strict: TargetPolicy = {
  disallowPrivate: undefined,
  privateByDefault: false,
  excepted: () => false,
  plainHttp: true,
};
const open: TargetPolicy = { ...strict, privateByDefault: true };
const loopback: LookupAddress = { address: '127.0.0.1', family: 4 };
const internet: LookupAddress = { address: '8.8.8.8', family: 4 };

let base: string;
let port: number;
let canary: string;
let touched = 0;
const requests: IncomingMessage[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  requests.push(request);
  answer(request, response);
});
const canaryServer = createServer((_request, response) => {
  touched++;
  response.end('{}');
});
const opened: Outbound[] = [];
const outbound = (policy: TargetPolicy, addresses?: readonly LookupAddress[]): Outbound => {
  const made = createOutbound(policy, {
    log: quietLog,
    ...(addresses && { resolve: () => Promise.resolve(addresses) }),
  });
  opened.push(made);
  return made;
};
const reason = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (error: unknown) => (error as OutboundError).reason,
  );
const send =
  (status: number, body = '{}') =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status).end(body);

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => canaryServer.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${String(port)}`;
  canary = `http://127.0.0.1:${String((canaryServer.address() as AddressInfo).port)}`;
});
afterAll(() => {
  expect(touched).toBe(0);
  opened.forEach((one) => one.close());
  server.closeAllConnections();
  server.close();
  canaryServer.close();
});

describe('addresses', () => {
  test.each<[string, boolean]>([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['64:ff9b::808:808', true],
    ...[
      ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1'],
      ...['0.0.0.0', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '240.0.0.1'],
      ...[
        '::',
        '::1',
        'fe80::1',
        'fe80::1%eth0',
        'fc00::1',
        'fd12::1',
        'ff02::1',
        '::ffff:127.0.0.1',
        '::ffff:8.8.8.8',
      ],
      ...['::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a00:1', '2002:7f00:1::', '2001:db8::1', '2001::1', 'nothing', ''],
    ].map((address): [string, boolean] => [address, false]),
  ])('%s public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('targets of clients', () => {
  test.each([
    ['loopback', () => canary],
    ['loopback by name', () => canary.replace('127.0.0.1', 'localhost')],
    ['in decimal', () => canary.replace('127.0.0.1', '2130706433')],
    ['in hexadecimal', () => canary.replace('127.0.0.1', '0x7f.1')],
    ['in octal', () => canary.replace('127.0.0.1', '0177.0.0.1')],
    ['IPv6 loopback', () => canary.replace('127.0.0.1', '[::1]')],
    ['IPv4 in IPv6', () => canary.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
    ['the unspecified address', () => canary.replace('127.0.0.1', '0.0.0.0')],
    ['a private network', () => 'https://10.0.0.1/'],
    ['metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['gopher', () => 'gopher://127.0.0.1:6379/_FLUSHALL'],
    ['credentials in it', () => 'https://user:pass@example.com/'],
    ['no URL', () => 'nothing'],
    ...[22, 25, 6379, 5432, 2375, 9229].map((one): [string, () => string] => [
      `G07: port ${String(one)}`,
      () => `https://8.8.8.8:${String(one)}/`,
    ]),
    ['G07: a line break in the path, to Redis', () => 'http://8.8.8.8:6379/%0d%0aFLUSHALL'],
  ])('%s: refused', async (_name, url) => {
    expect(await reason(outbound(strict).getJson(url(), options))).toBe('refused');
  });

  test.each<[string, readonly LookupAddress[]]>([
    ['to the inside', [loopback]],
    ['outside and inside at once', [internet, loopback]],
    ['to nothing', []],
  ])('a name that leads %s: refused', async (_name, addresses) => {
    const url = canary.replace('127.0.0.1', 'rebind.test');
    expect(await reason(outbound(strict, addresses).getJson(url, options))).toBe('refused');
  });

  test('what was checked is what is connected to: a name is looked up once', async () => {
    let lookups = 0;
    const resolve = () => Promise.resolve([++lookups === 1 ? loopback : internet]);
    const made = createOutbound(open, { log: quietLog, resolve });
    opened.push(made);
    answer = send(200, '{"a":1}');
    const { body } = await made.getJson(`http://once.test:${String(port)}/keys`, options);
    expect([body, lookups, requests.at(-1)?.headers.host]).toEqual([{ a: 1 }, 1, `once.test:${String(port)}`]);
  });

  test('https is asked for, but where plain http was allowed', async () => {
    const secure = { ...open, plainHttp: false };
    expect(await reason(outbound(secure, [loopback]).getJson(`http://app.test:${String(port)}/`, options))).toBe(
      'refused',
    );
    answer = send(200);
    expect(await reason(outbound(secure).getJson(base, options))).toBe('answered');
  });

  test('exceptions are globs over the whole URL', async () => {
    answer = send(200);
    const excepted = urlMatcher([`http://127.0.0.1:${String(port)}/ok/*`]);
    const made = outbound({ ...strict, disallowPrivate: true, excepted });
    expect(await reason(made.getJson(`${base}/ok/keys`, options))).toBe('answered');
    expect(await reason(made.getJson(`${base}/ok/keys/more`, options))).toBe('refused');
    expect(await reason(made.getJson(`${base}/other`, options))).toBe('refused');
    expect(['https://a.b.test/x', 'https://a.test/x/y'].map(urlMatcher(['https://*.test/**']))).toEqual([false, true]);
  });

  test("the operator's own addresses may be inside, unless the operator says otherwise", async () => {
    answer = send(204, '');
    const post = { ...options, trust: 'operator', body: '{}', contentType: 'application/json' } as const;
    expect(await reason(outbound(strict).post(base, post))).toBe('answered');
    expect(await reason(outbound({ ...strict, disallowPrivate: true }).post(base, post))).toBe('refused');
  });
});

describe('answers', () => {
  test.each([301, 302, 303, 307, 308])('G06: a redirect (%i) is not followed', async (status) => {
    const targets = [
      canary,
      'file:///etc/passwd',
      'gopher://127.0.0.1:6379/_FLUSHALL',
      'http://example.com/',
      `${base}/`,
    ];
    for (const target of targets) {
      const before = requests.length;
      answer = (_request, response) => void response.writeHead(status, { Location: target }).end();
      expect(await reason(outbound(open).getJson(base, { ...options, retries: 2 }))).toBe('status');
      // Not even to ourselves: there is no loop to count the hops of.
      expect(requests).toHaveLength(before + 1);
    }
    const post = { ...options, body: '', contentType: 'text/plain' };
    expect((await outbound(open).post(base, post)).status).toBe(status);
  });

  test.each<[string, typeof answer, string]>([
    ['too long', send(200, 'x'.repeat(2_000)), 'too_large'],
    [
      'endless',
      (_request, response) =>
        void setImmediate(function more() {
          if (!response.destroyed) {
            response.write('x'.repeat(512));
            setImmediate(more);
          }
        }),
      'too_large',
    ],
    ['none at all', () => undefined, 'timeout'],
    [
      'byte by byte',
      (_request, response) => {
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
      'timeout',
    ],
    [
      'with monstrous headers',
      (_request, response) => void response.writeHead(200, { 'X-Big': 'x'.repeat(65_536) }).end('{}'),
      'unreachable',
    ],
    [
      'a bomb: half a megabyte packed in half a kilobyte, which nobody unpacks',
      (_request, response) =>
        void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(500_000, ' '))),
      'unreadable',
    ],
    [
      'broken off',
      (_request, response) => {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('{');
        response.destroy();
      },
      'unreachable',
    ],
    ['no JSON', send(200, '<html>'), 'unreadable'],
    ['another status', send(404), 'status'],
  ])('G09: %s', async (_name, behave, expected) => {
    answer = behave;
    expect(await reason(outbound(open).getJson(base, { ...options, timeoutMillis: 400 }))).toBe(expected);
  });

  test('G09: a TLS server that never says hello', async () => {
    const held: Socket[] = [];
    const silent = createTcpServer((socket) => void held.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${String((silent.address() as AddressInfo).port)}/`;
    expect(await reason(outbound(open).getJson(url, { ...options, timeoutMillis: 400, retries: 2 }))).toBe('timeout');
    expect(held).toHaveLength(1);
    held.forEach((socket) => socket.destroy());
    silent.close();
  });

  test('G12: no compression is asked for, none is undone, and no proxy of the environment is used', async () => {
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
    for (const name of names) process.env[name] = canary;
    try {
      answer = (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('{}');
      expect(await outbound(open).getText(base, options)).toMatchObject({ body: '{}' });
      expect(requests.at(-1)?.headers['accept-encoding']).toBe('identity');
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    }
  });

  test('every failure has the same words, and no address in them (G11)', async () => {
    const closed = `http://127.0.0.1:1`;
    const texts = await Promise.all(
      [
        outbound(strict).getJson(canary, options),
        outbound(open).getJson(closed, options),
        outbound(strict).getJson('https://10.0.0.1:6379/', options),
      ].map((work) => work.catch((error: unknown) => (error as Error).message)),
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).not.toMatch(/\d/);
  });

  test.each<[string, number[], number, string]>([
    ['a server in trouble is asked again', [503, 500, 200], 3, 'answered'],
    ['twice at most', [503, 503, 503, 200], 3, 'status'],
    ['what it cannot do it is not asked again', [501, 200], 1, 'status'],
    ['nor what it refuses', [400, 200], 1, 'status'],
  ])('%s', async (_name, statuses, calls, expected) => {
    let at = 0;
    answer = (request, response) => send(statuses[at++] ?? 500)(request, response);
    expect(await reason(outbound(open).getJson(base, { ...options, retries: 9 }))).toBe(expected);
    expect(at).toBe(calls);
  });

  test('a host has two of our connections at most, and others do not wait for it (G10)', async () => {
    let now = 0;
    let most = 0;
    const held: ServerResponse[] = [];
    answer = (request, response) => {
      if (request.url === '/other') return send(200)(request, response);
      most = Math.max(most, ++now);
      held.push(response);
    };
    const made = outbound(open, [loopback]);
    const slow = Array.from({ length: 6 }, () => reason(made.getJson(`http://slow.test:${String(port)}/`, options)));
    expect(await reason(made.getJson(`http://quick.test:${String(port)}/other`, options))).toBe('answered');
    const release = setInterval(() => {
      for (const response of held.splice(0)) {
        now--;
        response.end('{}');
      }
    }, 20);
    expect(await Promise.all(slow)).toEqual(Array<string>(6).fill('answered'));
    clearInterval(release);
    expect(most).toBe(2);
  });
});
