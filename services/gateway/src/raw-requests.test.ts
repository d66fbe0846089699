// Requests that mean two things at once, by their bytes: repeated and nested parameters, odd encodings, wrong types and
// methods, and HTTP that a proxy may read otherwise than we do (security catalogue A03, A05, A16-A18, A25; RFC 9112 §6.3).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tokenV1 } from '@cardea/rpc';
import { connect } from 'node:net';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
/** The forms that got as far as the token service. */
const reached: Record<string, string>[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    token: {
      issueToken: ({ parameters }) => {
        reached.push(Object.fromEntries(parameters.map(({ name, value }) => [name, value])));
        return Promise.resolve(tokenV1.IssueTokenResponse.create({ accessToken: 'at', tokenType: 'bearer' }));
      },
    },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => void (reached.length = 0));

const type = 'application/x-www-form-urlencoded';
const post = async (body: string | Buffer | FormData, headers: Record<string, string>) => {
  const answer = await fetch(`${gateway.url}/oauth2/token`, { method: 'POST', body, headers });
  const { error } = (await answer.json()) as { error: string };
  return [answer.status, error, answer.headers.get('cache-control'), reached.length];
};
const refused = [400, 'invalid_request', 'no-store', 0];

describe('forms', () => {
  test.each(
    ['grant_type', 'code', 'refresh_token', 'client_id', 'client_secret', 'client_assertion', 'redirect_uri'].flatMap(
      (name) => [
        [name, 'the same', `${name}=a&${name}=a`],
        [name, 'another', `${name}=a&x=1&${name}=b`],
        [name, 'an escaped', `${name}=a&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=a`],
      ],
    ),
  )('A03: %s again with %s value gets no further', async (_name, _what, body) => {
    expect(await post(body, { 'content-type': type })).toEqual(refused);
  });

  test.each(['code[]=x', 'code[$ne]=', 'scope[a]=b', '__proto__[x]=1', 'constructor[prototype][x]=1', '__proto__=1'])(
    'A05: %s makes no object of anything',
    async (parameter) => {
      for (const text of [parameter, encodeURIComponent(parameter).replace('%3D', '=')])
        expect(await post(`grant_type=client_credentials&${text}`, { 'content-type': type })).toEqual(refused);
      expect(({} as { x?: unknown }).x).toBeUndefined();
    },
  );

  const multipart = new FormData();
  multipart.set('grant_type', 'client_credentials');
  test.each<[string, string | Buffer | FormData, Record<string, string>]>([
    ['JSON', '{"grant_type":"client_credentials"}', { 'content-type': 'application/json' }],
    ['plain text', 'grant_type=client_credentials', { 'content-type': 'text/plain' }],
    ['no type', Buffer.from('grant_type=client_credentials'), {}],
    ['UTF-16', Buffer.from('grant_type=a', 'utf16le'), { 'content-type': `${type}; charset=utf-16` }],
    ['UTF-16 by its bytes alone', Buffer.from('grant_type=a', 'utf16le'), { 'content-type': type }],
    // Stricter than Hydra: RFC 6749 §3.2 knows forms of one type only (docs/compatibility.md).
    ['multipart', multipart, {}],
  ])('A16: %s is no form', async (_what, body, headers) => {
    expect(await post(body, headers)).toEqual(refused);
  });

  test('A16: an empty form says nothing, and that is what the token service hears', async () => {
    await post('', { 'content-type': type });
    expect(reached).toEqual([{}]);
  });

  test.each<[string, string | Buffer]>([
    ['a NUL', 'client_secret=a%00'],
    ['a bad escape', 'client_secret=%zz'],
    ['half an escape', 'client_secret=a%2'],
    ['a lone surrogate', 'client_secret=%ED%A0%80'],
    ['an overlong slash', 'client_secret=%C0%AF'],
    ['an overlong NUL', 'client_secret=%C0%80'],
    ['raw bytes that are not UTF-8', Buffer.from('client_secret=\xff', 'latin1')],
  ])('A18: %s is refused', async (_what, body) => {
    expect(await post(body, { 'content-type': type })).toEqual(refused);
  });
  test('A18: plus and %20 are spaces, %2B is a plus, and nothing is decoded twice', async () => {
    await post('a=x+y&b=x%20y&c=x%2By&d=x%252By&e=%2500', { 'content-type': type });
    expect(reached).toEqual([{ a: 'x y', b: 'x y', c: 'x+y', d: 'x%2By', e: '%00' }]);
  });
});

/** Sends bytes over one connection, and gathers what comes until it is closed. */
function raw(text: string, then: (said: string, write: (more: string) => void) => void = () => undefined) {
  return new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let said = '';
    socket.on('data', (data) => {
      said += String(data);
      then(said, (more) => void (more === '' ? socket.end() : socket.write(more)));
    });
    socket.on('close', () => resolve(said));
    // What is refused early may be cut off while we are still sending.
    socket.on('error', (error: NodeJS.ErrnoException) => (said === '' ? reject(error) : resolve(said)));
  });
}
const answersIn = (said: string) => said.match(/HTTP\/1\.1 \d+/g) ?? [];

describe('methods', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE'])('A17: %s is not for tokens', async (method) => {
    const canary = 'canary-of-the-request';
    const said = await raw(
      `${method} /oauth2/token HTTP/1.1\r\nHost: a\r\nX-Canary: ${canary}\r\nConnection: close\r\n\r\n`,
    );
    expect(answersIn(said)).toEqual(['HTTP/1.1 405']);
    expect(said).toMatch(/^allow: POST\r$/im);
    // TRACE would give the request back, cookies and all.
    expect(said).not.toContain(canary);
    if (method === 'HEAD') expect(said).toMatch(/\r\n\r\n$/);
    expect(reached).toEqual([]);
  });
});

describe('A25: what another might read otherwise is refused, and the connection closed', () => {
  const head = `POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\n`;
  const smuggled = 'GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\n';
  test.each<[string, string]>([
    ['length and chunks', `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and length', `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 3\r\nContent-Length: 0\r\n\r\na=1`],
    ['the same length twice', `${head}Content-Length: 3\r\nContent-Length: 3\r\n\r\na=1`],
    ['a list of lengths', `${head}Content-Length: 3, 3\r\n\r\na=1`],
    ['a length with a sign', `${head}Content-Length: +3\r\n\r\na=1`],
    ['chunks that are not last', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['lines that end in LF', `${head.replaceAll('\r', '')}Content-Length: 3\n\na=1`],
    ['a space before the colon', `${head}Content-Length : 3\r\n\r\na=1`],
    ['a folded length', `${head}Content-Length:\r\n 3\r\n\r\na=1`],
    ['a chunk size that is none', `${head}Transfer-Encoding: chunked\r\n\r\n0x3\r\na=1\r\n0\r\n\r\n`],
  ])('%s', async (_what, request) => {
    const said = await raw(request + smuggled);
    expect(answersIn(said)).toEqual(['HTTP/1.1 400']);
    expect(said).toMatch(/^connection: close\r$/im);
    expect(said).not.toContain('"status":"ok"');
    expect(reached).toEqual([]);
  });

  test('a chunk extension of 64 KiB', async () => {
    const said = await raw(
      `${head}Transfer-Encoding: chunked\r\n\r\n3;${'x'.repeat(65_536)}\r\na=1\r\n0\r\n\r\n${smuggled}`,
    );
    expect(answersIn(said)).toEqual([expect.stringMatching(/ (?:400|413)$/)]);
    expect(reached).toEqual([]);
  });

  test('who asks to go on and then says nothing is waited for, nobody else is', async () => {
    const said = await raw(`${head}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`, (soFar, write) => {
      if (soFar !== 'HTTP/1.1 100 Continue\r\n\r\n') return;
      void post('b=2', { 'content-type': type }).then(() => write(''));
    });
    expect(answersIn(said)[0]).toBe('HTTP/1.1 100');
    expect(reached).toEqual([{ b: '2' }]);
  });

  test('a good request on a connection is followed by the next, byte for byte', async () => {
    const close = smuggled.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const said = await raw(`${head}Content-Length: 3\r\n\r\na=1${close}`);
    expect(answersIn(said)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(reached).toEqual([{ a: '1' }]);
  });
});
