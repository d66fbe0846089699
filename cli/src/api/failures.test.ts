// What people get wrong when they talk to an API: one line that says what to do, and an exit code that tells it apart.
import { selfSigned } from '@cardea/http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Server } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { writeFileSync } from 'node:fs';
import type { Running } from '../running.fixture.js';
import { run, startRunning } from '../running.fixture.js';

let running: Running;
let key: string;
const servers: Server[] = [];

async function serve(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

beforeAll(async () => {
  const { out } = await run(['admin-key', 'create', '--name', 'cli', '--role', 'auditor']);
  key = /cardea_ak_[\w-]{43}/.exec(out)?.[0] ?? '';
  const hash = /sha256:[0-9a-f]{64}/.exec(out)?.[0] ?? '';
  running = await startRunning({
    SERVE_ADMIN_AUTHENTICATION_API_KEYS: JSON.stringify([{ name: 'cli', hash, roles: ['auditor'] }]),
  });
}, 120_000);
afterAll(async () => {
  for (const server of servers) server.close();
  await running.stop();
});

async function fails(code: number, sentence: RegExp, words: readonly string[], env: Record<string, string> = {}) {
  const outcome = await running.cardea(words, { env });
  expect([outcome.code, outcome.out]).toEqual([code, '']);
  expect(outcome.err.trim()).toMatch(sentence);
  expect(outcome.err.trim().split('\n')).toHaveLength(1);
  expect(outcome.err).not.toMatch(/^\s+at /m);
}

describe('the admin credential', () => {
  test('none, a wrong one, one without the role', async () => {
    await fails(4, /wants another credential.*CARDEA_ADMIN_KEY.*cardea admin-key create/, ['list', 'clients']);
    await fails(4, /wants another credential/, ['list', 'clients'], { CARDEA_ADMIN_KEY: 'cardea_ak_wrong' });
    await fails(4, /may not do that: .*role/, ['create', 'client'], { CARDEA_ADMIN_KEY: key });
  });

  test('from the environment, a flag, a file, a header', async () => {
    const list = ['list', 'clients'];
    const file = running.write('admin-key', `${key}\n`);
    expect((await running.cardea(list, { env: { CARDEA_ADMIN_KEY: key } })).code).toBe(0);
    expect((await running.cardea([...list, '--admin-key', key])).code).toBe(0);
    expect((await running.cardea([...list, '--admin-key-file', file])).code).toBe(0);
    expect((await running.cardea(list, { env: { CARDEA_ADMIN_KEY_FILE: file } })).code).toBe(0);
    expect((await running.cardea([...list, '-H', `Authorization: Bearer ${key}`])).code).toBe(0);
    await fails(1, /there is no such file/, [...list, '--admin-key-file', '/nowhere']);
    await fails(1, /holds no admin key/, [...list, '--admin-key-file', running.write('empty', '\n')]);
  });

  test('never reaches the public API', async () => {
    let seen: string | undefined = 'nothing asked';
    const port = await serve(
      http.createServer((request, response) => {
        seen = request.headers.authorization;
        response.end('{"access_token":"a","token_type":"bearer"}');
      }),
    );
    const words = ['perform', 'client-credentials', '-e', `http://127.0.0.1:${String(port)}`, '--client-id', 'x'];
    expect((await running.cardea(words, { env: { CARDEA_ADMIN_KEY: key } })).code).toBe(0);
    expect(seen).toBeUndefined();
  });
});

describe('the endpoint', () => {
  const list = ['list', 'clients', '-e'];
  const env = () => ({ CARDEA_ADMIN_KEY: key });

  test('nobody there, no such host, no URL', async () => {
    await fails(5, /nobody answers at http:\/\/127\.0\.0\.1:9: start Cardea, or say where/, [
      ...list,
      'http://127.0.0.1:9',
    ]);
    await fails(5, /host of .* is not known/, [...list, 'http://no-such-host.invalid']);
    await fails(1, /"localhost:4445" is no endpoint: give a URL such as http/, [...list, 'localhost:4445']);
    await fails(1, /has no user and password/, [...list, 'http://a:b@127.0.0.1']);
    await fails(5, /nobody answers at http:\/\/127\.0\.0\.1:9/, ['list', 'clients'], {
      CARDEA_ADMIN_URL: '',
      ORY_SDK_URL: 'http://127.0.0.1:9',
    });
  });

  test('a unix socket: somebody there, nobody there', async () => {
    const socket = `${running.directory}/api.sock`;
    const server = http.createServer((request, response) =>
      response.end(request.url === '/admin/clients?page_size=100' ? '[]' : '{}'),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await running.cardea([...list, `unix:${socket}`, '-q'])).toEqual({ code: 0, out: '', err: '' });
    await fails(5, /nobody answers at unix:\/nowhere\.sock: start Cardea/, [...list, 'unix:/nowhere.sock']);
  });

  test('the public API instead, and a page instead of an API', async () => {
    await fails(3, /answered 404: is .* perhaps the public API \(port 4444\)\?/, [...list, running.public]);
    const port = await serve(http.createServer((_request, response) => response.end('<html>')));
    await fails(1, /does not answer JSON: is this an API of Cardea\?/, [...list, `http://127.0.0.1:${String(port)}`]);
  });

  test('a server that is away for a moment: what it says, and code 5', async () => {
    const body = '{"error":"temporarily_unavailable","error_description":"Later.","error_id":"e1"}';
    const port = await serve(http.createServer((_request, response) => response.writeHead(503).end(body)));
    const words = [...list, `http://127.0.0.1:${String(port)}`];
    await fails(5, /^cardea: temporarily_unavailable: Later\. \(error id e1\)$/, words);
  });

  test('a certificate: not trusted, trusted by name, not looked at; TLS where there is none', async () => {
    const pair = selfSigned(Date.now());
    const port = await serve(https.createServer(pair, (_request, response) => response.end('[]')));
    const words = [...list, `https://127.0.0.1:${String(port)}`];
    await fails(5, /certificate of .* is not trusted.*--ca-file.*--skip-tls-verify/, words);
    const ca = `${running.directory}/ca.pem`;
    writeFileSync(ca, pair.cert);
    expect((await running.cardea([...words, '--ca-file', ca, '-q'], { env: env() })).code).toBe(0);
    expect((await running.cardea([...words, '--skip-tls-verify', '-q'], { env: env() })).code).toBe(0);
    await fails(5, /does not speak TLS: try http:/, [...list, running.admin.replace('http:', 'https:')]);
  });
});

test('--debug shows where a failure came from, and what caused it', async () => {
  const { err } = await running.cardea(['list', 'clients', '--debug', '-e', 'http://127.0.0.1:9']);
  expect(err).toMatch(/Failure: nobody answers[\s\S]*request\.ts[\s\S]*caused by: [\s\S]*ECONNREFUSED/);
});

test.each([
  [['list', 'clients', '--format', 'xml'], /no format "xml": --format takes one of table/],
  [['list', 'clients', '--format', 'jsonpath'], /no format "jsonpath"/],
  [['create', 'client', '--metadata', '{'], /--metadata.*must be JSON.*`cardea create oauth2-client --help` shows how/],
  [['create', 'client', '--skip-consent=maybe'], /must be true or false/],
  [['create', 'clint'], /unknown command 'clint' \(Did you mean client\?\): `cardea create --help`/],
  [['get', 'client'], /missing required argument 'ids'/],
  [['update', 'client', 'x', '--nmae', 'y'], /unknown option '--nmae' \(Did you mean --name\?\)/],
  [['apply'], /required option '-f, --file <path>' not specified/],
  [['admin-key', 'create'], /required option '--name <name>' not specified/],
  [['perform', 'authorization-code', '--port', '70000'], /must be a port/],
  [['list', 'clients', '-H', 'nonsense'], /--http-header wants `Name: value`/],
])('%j', (words, sentence) => fails(1, sentence, words));
