// Connections are bounded: who comes beyond the last is hung up on, and a place that is left is taken (security catalogue H08).
import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { boundTimes } from './http-drain.js';

const server = createServer((_request, response) => response.end('here'));
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

test('H08: the third of two is hung up on, until one leaves', async () => {
  boundTimes(server, 2);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  /** A connection that was answered, or undefined when it was hung up on. */
  const visit = async (): Promise<Socket | undefined> => {
    const socket = connect(port, '127.0.0.1', () => socket.write(ask));
    socket.on('error', () => undefined);
    const answered = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'close').then(() => false),
    ]);
    return answered ? socket : undefined;
  };
  const [first, second] = [await visit(), await visit()];
  expect([first, second]).not.toContain(undefined);
  expect(await visit()).toBeUndefined();
  first?.destroy();
  const count = () => new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)));
  while ((await count()) > 1) await new Promise((resolve) => setImmediate(resolve));
  const third = await visit();
  expect(third).toBeDefined();
  for (const socket of [second, third]) socket?.destroy();
});
