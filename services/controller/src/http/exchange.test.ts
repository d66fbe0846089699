// A credential is read anew each time, goes where it is meant to go, and nowhere else.
import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exchange } from './exchange.js';

const servers: Server[] = [];
const directory = mkdtempSync(path.join(tmpdir(), 'cardea-exchange-'));
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(directory, { recursive: true, force: true });
});

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test('the token of the file is sent, and the next one when the file has that; a redirect is an answer, not an order', async () => {
  const asked: (string | undefined)[] = [];
  const elsewhere = await listen((request, response) => {
    asked.push(`elsewhere ${String(request.headers.authorization)}`);
    response.end();
  });
  const url = await listen((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(307, { location: elsewhere }).end('{"a":1}');
  });
  const tokenFile = path.join(directory, 'token');
  for (const token of ['first', 'second']) {
    writeFileSync(tokenFile, `${token}\n`);
    expect(await exchange({ url: `${url}/`, tokenFile }, 'GET', '/x')).toEqual({ status: 307, json: { a: 1 } });
  }
  expect(asked).toEqual(['Bearer first', 'Bearer second']);
});

test('what is sent is JSON of its type; what comes back may be none', async () => {
  const url = await listen((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => response.end(text === '{"ü":[1]}' ? String(request.headers['content-type']) : 'wrong'));
  });
  const contentType = 'application/merge-patch+json';
  expect(await exchange({ url }, 'PATCH', '/', { json: { ü: [1] }, contentType })).toEqual({
    status: 200,
    json: undefined,
  });
});

test('nobody there is said with the address, and without a credential', async () => {
  await expect(exchange({ url: 'http://127.0.0.1:9' }, 'GET', '/a?token=b')).rejects.toThrow(
    /^GET http:\/\/127\.0\.0\.1:9\/a: .*ECONNREFUSED/,
  );
});
