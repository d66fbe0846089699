// Connections that are kept, and those that are opened anew for each request, against a real server.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConnection } from './http-connection.js';

let opened = 0;
const server = createServer((request, response) => {
  if (request.url === '/gone') response.destroy();
  else response.end(request.url);
}).on('connection', () => opened++);
let origin = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['one for all', false, 1],
  ['each its own', true, 5],
])('five requests have %s', async (_name, anew, connections) => {
  opened = 0;
  const connection = createConnection(origin, { anew });
  for (let number = 0; number < 5; number++) {
    const path = `/${String(number)}`;
    const { status, body } = await connection.send(connection.encode('GET', path));
    expect([status, body.toString()]).toEqual([200, path]);
  }
  expect(opened).toBe(connections);
  connection.close();
});

test('one that is closed instead of answering fails, and the next one is asked as if nothing had been', async () => {
  const connection = createConnection(origin);
  await expect(connection.send(connection.encode('GET', '/gone'))).rejects.toThrow('instead of answering');
  expect((await connection.send(connection.encode('GET', '/there'))).body.toString()).toBe('/there');
  connection.close();
});
