// What a peer can do to a server below any call: frames that no client of ours sends, against a real listener (security
// catalogue H11). Who has no certificate does not get this far: see the handshakes of the trust tests.
import { afterEach, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { connect as connectHttp2, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { echo } from './echo-contract.fixture.js';
import { clientOf, peerOf, serveEcho, until } from './echo.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(30_000);

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const headers = {
  ':method': 'POST',
  ':path': echo.ask.path,
  'content-type': 'application/grpc',
  te: 'trailers',
};

async function session(address: string): Promise<ClientHttp2Session> {
  const opened = connectHttp2(`http://${address}`, { maxSendHeaderBlockLength: 4_000_000 });
  opened.on('error', () => undefined);
  closers.push(() => opened.destroy());
  await once(opened, 'remoteSettings');
  return opened;
}

/** Whoever else is there is served. */
const othersAreServed = async (address: string): Promise<void> => {
  expect(await clientOf(peerOf([address]), { hot: false }).say({ text: 'others' })).toEqual({ text: 'others' });
};

/** Sends a call's bytes as they are, and says its gRPC status, or that the stream broke. */
function raw(over: ClientHttp2Session, more: Record<string, string>, body: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const stream = over.request({ ...headers, ...more });
    stream.on('response', (answer) => {
      if (answer['grpc-status'] !== undefined) resolve(String(answer['grpc-status']));
    });
    stream.on('trailers', (trailers) => resolve(String(trailers['grpc-status'])));
    stream.on('error', () => resolve('broken'));
    stream.on('close', () => resolve('broken'));
    stream.resume();
    stream.write(body);
  });
}

test('H11: a message that says it has 64 MB is refused before it is there', async () => {
  let begun = 0;
  const { address } = await serveEcho({ ask: (said) => Promise.resolve({ ...said, n: begun++ }) });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(64 * 1024 * 1024, 1);
  // RESOURCE_EXHAUSTED, although hardly a byte of it was sent.
  expect(await raw(await session(address), {}, Buffer.concat([prefix, Buffer.alloc(1_000)]))).toBe('8');
  expect(begun).toBe(0);
  await othersAreServed(address);
});

test('H11: a megabyte of metadata reaches no handler', async () => {
  let begun = 0;
  const { address } = await serveEcho({ ask: (said) => Promise.resolve({ ...said, n: begun++ }) });
  const outcome = await raw(await session(address), { 'x-large': 'x'.repeat(1_000_000) }, Buffer.alloc(5));
  expect(outcome).toBe('broken');
  expect(begun).toBe(0);
  await othersAreServed(address);
});

test('H11: who opens and resets without end loses the connection', async () => {
  const { address } = await serveEcho({ ask: () => new Promise(() => undefined), maxOutstanding: 8 });
  const attacker = await session(address);
  let opened = 0;
  while (!attacker.closed && !attacker.destroyed && opened < 20_000) {
    for (let i = 0; i < 8 && !attacker.closed && !attacker.destroyed; i++, opened++) {
      const stream = attacker.request(headers);
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(opened).toBeLessThan(20_000);
  await othersAreServed(address);
});

const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};
const [HEADERS, SETTINGS, WINDOW_UPDATE, CONTINUATION] = [1, 4, 8, 9] as const;
const mostWindow = Buffer.from([0x7f, 0xff, 0xff, 0xff]);
/** `x: y`, literal and not indexed (RFC 7541 §6.2.2). */
const oneHeader = Buffer.from([0x00, 0x01, 0x78, 0x01, 0x79]);

/** A connection of bare frames. */
async function bare(address: string): Promise<Socket> {
  const [host, port] = address.split(':');
  const socket = connectTcp(Number(port), host);
  closers.push(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
  return socket;
}

test.each<[string, Buffer, Buffer]>([
  ['a window beyond its end', frame(WINDOW_UPDATE, 0, 0, mostWindow), frame(WINDOW_UPDATE, 0, 0, mostWindow)],
  ['headers that never end', frame(HEADERS, 0, 1, oneHeader), frame(CONTINUATION, 0, 1, oneHeader)],
  ['empty headers that never end', frame(HEADERS, 0, 1, oneHeader), frame(CONTINUATION, 0, 1, Buffer.alloc(0))],
])('H11: %s: the connection is closed', async (_name, first, again) => {
  const { address } = await serveEcho();
  const socket = await bare(address);
  socket.write(first);
  let sent = 0;
  while (!socket.closed && sent < 100_000) {
    for (let i = 0; i < 100 && socket.writable; i++, sent++) socket.write(again);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => socket.closed);
  expect(sent).toBeLessThan(100_000);
  await othersAreServed(address);
});
