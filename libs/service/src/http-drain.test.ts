// A drain loses nothing that has arrived, read or not, and clients hear in time that they must leave (RFC 9112 §9.6, security F22).
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { boundTimes, drainable } from './http-drain.js';

let server: Server;
let sockets: Socket[];
const ask = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

beforeEach(async () => {
  sockets = [];
  server = createServer((_request, response) => response.end('here'));
  boundTimes(server);
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
});

/** All that somebody who asks is told, and how it ended. */
interface Visitor {
  readonly socket: Socket;
  readonly ended: Promise<string>;
}

function visit(): Visitor {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket.setEncoding('latin1').on('data', (text) => (heard += String(text)));
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(heard));
    socket.on('error', (error: NodeJS.ErrnoException) => (heard += `broken: ${String(error.code)}`));
  });
  socket.write(ask);
  return { socket, ended };
}

/** Nothing is read, and no timer fires, meanwhile. */
const standStill = (millis: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

const answers = (told: string) => told.match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;

describe('a drain', () => {
  test('F22: answers those who stood at the door when it was closed', async () => {
    const drain = drainable(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const visitors = Array.from({ length: 20 }, visit);
    // They are connected, as far as the kernel goes; the server has let in nobody yet.
    standStill(50);
    const drained = drain();
    for (const { ended } of visitors) {
      const told = await ended;
      expect(told).not.toContain('broken');
      expect(answers(told)).toBe(1);
      expect(told).toMatch(/\r\nconnection: close\r\n/i);
    }
    await drained;
  });

  test('F22: reads what came over an idle connection before it closes it, however busy it was', async () => {
    const drain = drainable(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const visitor = visit();
    await once(visitor.socket, 'data');
    const drained = drain();
    // Until the door is closed.
    while (server.listening) await new Promise((resolve) => setImmediate(resolve));
    visitor.socket.write(ask);
    // Longer than connections are kept then: the time is over when the request is read.
    standStill(1_200);
    const told = await visitor.ended;
    expect(told).not.toContain('broken');
    expect(answers(told)).toBe(2);
    expect(told.endsWith('here')).toBe(true);
    await drained;
  });

  test('closes a connection that nobody uses, also one of a client that listens to nothing', async () => {
    const drain = drainable(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const visitor = visit();
    await once(visitor.socket, 'data');
    await drain();
    expect(answers(await visitor.ended)).toBe(1);
  });
});

test('F22: clients are told to leave unused connections early, and load balancers may keep them longer', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const visitor = visit();
  const [told] = (await once(visitor.socket, 'data')) as [string];
  expect(told).toContain('Keep-Alive: timeout=5\r\n');
  const [socket] = await connected;
  // Idle, as Node sees it, and for a little longer than it told.
  const idle = async () => {
    while (socket.timeout === undefined || socket.timeout === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(socket.timeout).toBeLessThanOrEqual(6_000);
  };
  await idle();
  // Node's word that the time is over; it would close the connection if nobody listened.
  socket.emit('timeout');
  expect([socket.destroyed, socket.timeout]).toEqual([false, 60_000]);
  visitor.socket.write(ask);
  await once(visitor.socket, 'data');
  await idle();
  socket.emit('timeout');
  socket.emit('timeout');
  expect(socket.destroyed).toBe(true);
  await visitor.ended;
});
