// The multiplexed stream on the wire, each end against a bare gRPC peer that counts and misbehaves (performance §5 rule 2).
import { afterEach, expect, jest, test } from '@jest/globals';
import type { ClientDuplexStream, ServerDuplexStream } from '@grpc/grpc-js';
import { Client, Metadata, Server, ServerCredentials, credentials, status } from '@grpc/grpc-js';
import { echo } from './echo-contract.fixture.js';
import { clientOf, gate, peerOf, serveEcho, until } from './echo.fixture.js';
import { ExchangeRequest, ExchangeResponse, StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(30_000);

type Wire = ClientDuplexStream<ExchangeRequest, ExchangeResponse>;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function bareClient(address: string): Wire {
  const client = new Client(address, credentials.createInsecure(), {
    // Retries would buffer what is written here instead of pushing back.
    'grpc.enable_retries': 0,
  });
  closers.push(() => client.close());
  const stream: Wire = client.makeBidiStreamRequest(
    StreamServiceService.exchange.path,
    (message: ExchangeRequest) => Buffer.from(ExchangeRequest.encode(message).finish()),
    ExchangeResponse.decode,
    new Metadata(),
  );
  stream.on('error', () => undefined);
  return stream;
}

/** Serves the stream with whatever `serve` does. */
async function bareServer(serve: (stream: ServerDuplexStream<ExchangeRequest, ExchangeResponse>) => void) {
  const server = new Server();
  server.addService(StreamServiceService, { exchange: serve });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  closers.push(() => server.forceShutdown());
  return `127.0.0.1:${String(port)}`;
}

const sayCall = (id: number, text = String(id)) => ({
  id,
  method: echo.say.path,
  request: Buffer.from(text),
  timeoutMillis: 5_000,
  traceparent: '',
});

test('what a client asks in one turn leaves in one message', async () => {
  const sizes: number[] = [];
  const address = await bareServer((stream) => {
    stream.sendMetadata(new Metadata());
    stream.on('data', ({ calls }: ExchangeRequest) => {
      // On a busy machine the client asks between two messages whether we are there; that call has no number.
      const asked = calls.filter(({ id }) => id !== 0);
      if (asked.length > 0) sizes.push(asked.length);
      const replies = calls.map(({ id, request }) => ({
        id,
        status: 0,
        response: request,
        errorDetail: Buffer.alloc(0),
      }));
      stream.write({ replies, draining: false, unready: false });
    });
  });
  const client = clientOf(peerOf([address]));
  await client.say({ text: 'open' });
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 200 }, (_, i) => client.say({ text: String(i) })));
  }
  expect(sizes).toEqual([1, ...Array<number>(10).fill(200)]);
});

test('a batch that grows heavy is closed, and the rest goes in the next', async () => {
  const sizes: number[] = [];
  const address = await bareServer((stream) => {
    stream.sendMetadata(new Metadata());
    stream.on('data', (message: ExchangeRequest) => {
      sizes.push(ExchangeRequest.encode(message).finish().length);
      const replies = message.calls.map(({ id }) => ({
        id,
        status: 0,
        response: Buffer.from('ok'),
        errorDetail: Buffer.alloc(0),
      }));
      stream.write({ replies, draining: false, unready: false });
    });
  });
  const client = clientOf(peerOf([address]));
  await Promise.all(Array.from({ length: 40 }, () => client.say({ text: 'x'.repeat(100_000) })));
  expect(sizes.length).toBeGreaterThan(10);
  expect(Math.max(...sizes)).toBeLessThan(400_000);
});

test('what a server finishes in one turn leaves in one message', async () => {
  const { address } = await serveEcho();
  const stream = bareClient(address);
  const sizes: number[] = [];
  const ids = new Set<number>();
  stream.on('data', ({ replies }: ExchangeResponse) => {
    sizes.push(replies.length);
    for (const { id } of replies) ids.add(id);
  });
  stream.write({ calls: Array.from({ length: 200 }, (_, i) => sayCall(i + 1)), cancelledIds: [] });
  await until(() => ids.size === 200);
  expect(sizes).toEqual([200]);
});

test('an id that is still outstanding is refused, the call that has it goes on', async () => {
  const hold = gate();
  const { address } = await serveEcho({ ask: (said) => hold.promise.then(() => said) });
  const stream = bareClient(address);
  const seen: string[] = [];
  stream.on('data', ({ replies }: ExchangeResponse) => {
    for (const reply of replies) seen.push(`${String(reply.id)} ${status[reply.status] ?? ''}`);
  });
  const ask = { ...sayCall(7), method: echo.ask.path };
  stream.write({ calls: [ask, ask], cancelledIds: [] });
  await until(() => seen.length === 1);
  hold.open();
  await until(() => seen.length === 2);
  expect(seen).toEqual(['7 INVALID_ARGUMENT', '7 OK']);
});

test('names from the prototype are no methods, and cancelling what is not there does nothing', async () => {
  const { address } = await serveEcho();
  const stream = bareClient(address);
  const seen: number[] = [];
  stream.on('data', ({ replies }: ExchangeResponse) => seen.push(...replies.map((reply) => reply.status)));
  const methods = [
    '__proto__',
    'toString',
    '',
    '/cardea.rpc.v1.StreamService/Exchange',
    '/grpc.health.v1.Health/Check',
  ];
  stream.write({ calls: methods.map((method, i) => ({ ...sayCall(i + 1), method })), cancelledIds: [99, 0] });
  await until(() => seen.length === methods.length);
  expect(new Set(seen)).toEqual(new Set([status.UNIMPLEMENTED]));
});

test('a client that half-closes gets every answer, then the end', async () => {
  for (let round = 0; round < 20; round++) {
    const hold = gate();
    const { address } = await serveEcho({ ask: (said) => hold.promise.then(() => said) });
    const stream = bareClient(address);
    let answered = 0;
    const ended = gate<number>();
    stream.on('data', ({ replies }: ExchangeResponse) => (answered += replies.length));
    stream.on('status', ({ code }: { code: number }) => ended.open(code));
    stream.write({
      calls: Array.from({ length: 50 }, (_, i) => ({ ...sayCall(i + 1), method: echo.ask.path })),
      cancelledIds: [],
    });
    stream.end();
    hold.open();
    expect(await ended.promise).toBe(status.OK);
    expect(answered).toBe(50);
  }
});

test('a client that stops reading is not read from for ever', async () => {
  let begun = 0;
  const { address } = await serveEcho({
    maxOutstanding: 64,
    ask() {
      begun++;
      return Promise.resolve({ text: 'x'.repeat(200_000) });
    },
  });
  const stream = bareClient(address);
  let answered = 0;
  stream.on('data', ({ replies }: ExchangeResponse) => {
    // Only once something was read does grpc-js stop reading from the socket.
    if (answered === 0) stream.pause();
    answered += replies.length;
  });
  let id = 0;
  const calls = () => Array.from({ length: 64 }, () => ({ ...sayCall(++id), method: echo.ask.path }));
  stream.write({ calls: calls(), cancelledIds: [] });
  await until(() => answered > 0);

  // Writes until the connection takes no more; a server that read on would take all of it.
  let stuck = false;
  for (let round = 0; round < 4_000 && !stuck; round++) {
    const heavy = calls().map((call) => ({ ...call, traceparent: 'x'.repeat(500) }));
    if (stream.write({ calls: heavy, cancelledIds: [] })) continue;
    stuck = await Promise.race([
      new Promise<boolean>((resolve) => stream.once('drain', () => resolve(false))),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 200)),
    ]);
  }
  expect(stuck).toBe(true);
  expect(begun).toBeLessThan(id);
  // Reading again sets all of it going: every call is answered, one way or the other.
  stream.resume();
  await until(() => answered === id);
});

test('answers to nobody are ignored', async () => {
  const address = await bareServer((stream) => {
    stream.sendMetadata(new Metadata());
    stream.on('data', ({ calls }: ExchangeRequest) => {
      const reply = (id: number, text: string) => ({
        id,
        status: 0,
        response: Buffer.from(text),
        errorDetail: Buffer.alloc(0),
      });
      for (const { id } of calls) {
        stream.write({
          replies: [reply(id + 1_000, 'other'), reply(id, 'first'), reply(id, 'second')],
          draining: false,
          unready: false,
        });
      }
    });
  });
  const client = clientOf(peerOf([address]));
  for (let round = 0; round < 20; round++) expect(await client.say({ text: '' })).toEqual({ text: 'first' });
});

test('a peer that serves no stream is told as unreachable', async () => {
  const server = new Server();
  const port = await new Promise<number>((resolve) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, bound) => resolve(bound)),
  );
  closers.push(() => server.forceShutdown());
  await expect(clientOf(peerOf([`127.0.0.1:${String(port)}`])).say({ text: '' })).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    cause: expect.objectContaining({ code: status.UNIMPLEMENTED }),
  });
});
