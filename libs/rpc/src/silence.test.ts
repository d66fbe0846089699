// A replica that is connected and says nothing: what may be asked twice is asked of another one, and it gets nothing new until it
// speaks (issue 6, "no request bound to a dead replica").
import { afterEach, expect, jest, test } from '@jest/globals';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { echo } from './echo-contract.fixture.js';
import { clientOf, gate, peerOf, roads, serveEcho, until } from './echo.fixture.js';
import type { Call, ExchangeRequest, ExchangeResponse } from './gen/cardea/rpc/v1/stream.pb.js';
import { StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Longer than any test: whatever is settled was settled by somebody. */
const unhurried = { timeoutMillis: 600_000 };

/**
 * A server that takes every call and answers none; it keeps its connections, as a frozen process does, and here keepalive too never
 * finds out.
 */
async function serveSilence({ speaks = false } = {}) {
  const seen: string[] = [];
  const state = { speaks, asked: 0 };
  let stream: ServerDuplexStream<ExchangeRequest, ExchangeResponse> | undefined;
  const calm = { draining: false, unready: false };
  const answer = (id: number, code = 0, response = Buffer.alloc(0)) =>
    stream?.write({ replies: [{ id, status: code, response, errorDetail: Buffer.alloc(0) }], ...calm });
  const take = ({ id, request }: Call) => {
    if (id !== 0) return void seen.push(request.toString());
    state.asked++;
    if (state.speaks) answer(id, status.UNIMPLEMENTED);
  };
  const server = new Server();
  server.addService(StreamServiceService, {
    exchange(opened: ServerDuplexStream<ExchangeRequest, ExchangeResponse>) {
      stream = opened;
      opened.sendMetadata(new Metadata());
      opened.on('data', ({ calls }: ExchangeRequest) => calls.forEach(take));
      opened.on('error', () => undefined);
    },
  });
  const asIs = (bytes: Buffer) => bytes;
  const unary = { ...echo.ask, requestStream: false, responseStream: false } as const;
  server.addService(
    { ask: { ...unary, requestDeserialize: asIs, responseSerialize: asIs } },
    {
      ask: ({ request }: { request: Buffer }) => void seen.push(request.toString()),
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  closers.push(() => server.forceShutdown());
  return {
    address: `127.0.0.1:${String(port)}`,
    seen,
    state,
    answer,
    speak() {
      state.speaks = true;
      answer(0, status.UNIMPLEMENTED);
    },
  };
}

/** Two replicas, of which the second answers and remembers; both are connected. */
async function twoReplicas(road: { hot: boolean }, idempotent: boolean) {
  const silent = await serveSilence();
  const heard: string[] = [];
  const { address } = await serveEcho({
    ask(said) {
      heard.push(said.text);
      return Promise.resolve(said);
    },
  });
  const peer = peerOf([silent.address, address]);
  const client = clientOf(peer, { ...road, ...unhurried, idempotent: idempotent ? ['ask'] : [] });
  // A call that waits at the one shows that both are connected: the other is free, and answers all others.
  const first: Promise<unknown>[] = [];
  await until(() => {
    first.push(client.ask({ text: `first ${String(first.length)}` }).catch(() => undefined));
    return silent.seen.length > 0;
  });
  return { silent, heard, client, first, peer };
}

test.each(roads)('over %s: what may be asked twice is asked of the other replica', async (_road, road) => {
  const { silent, heard, client, first } = await twoReplicas(road, true);
  const texts = Array.from({ length: 20 }, (_, index) => `one of twenty ${String(index)}`);
  const answers = await Promise.all(texts.map((text) => client.ask({ text })));
  expect(answers).toEqual(texts.map((text) => ({ text })));
  await Promise.all(first);
  expect(texts.every((text) => heard.includes(text))).toBe(true);
  expect(silent.state.asked).toBeGreaterThan(0);

  // It is passed over from now on: nobody else waits for it.
  const before = silent.seen.length;
  for (let round = 0; round < 50; round++) await client.ask({ text: 'later' });
  expect(silent.seen).toHaveLength(before);
});

test.each(roads)('over %s: what may not be asked twice is refused, and asked of nobody else', async (_road, road) => {
  const { silent, heard, client, first } = await twoReplicas(road, false);
  const stuck = silent.seen[0] ?? '';
  const results = await Promise.allSettled([client.ask({ text: 'another' }), ...first]);
  await until(() => silent.state.asked > 0);
  expect(results).toHaveLength(first.length + 1);
  expect(heard).not.toContain(stuck);
  // New ones go to who answers.
  for (let round = 0; round < 50; round++) expect(await client.ask({ text: 'later' })).toEqual({ text: 'later' });
  expect(silent.seen).not.toContain('later');
});

test('its first word brings it back', async () => {
  const { silent, client, first } = await twoReplicas({ hot: true }, true);
  await Promise.all(first);
  const before = silent.seen.length;
  silent.speak();
  await until(() => {
    // Which of them wait there for ever is left to chance.
    void client.say({ text: 'back?' }).catch(() => undefined);
    return silent.seen.length > before;
  });
});

test('a replica that says that it is there has all the time it needs', async () => {
  const slow = await serveSilence({ speaks: true });
  const hold = gate();
  const heard: string[] = [];
  const other = await serveEcho({
    ask(said) {
      heard.push(said.text);
      return hold.promise.then(() => said);
    },
  });
  const client = clientOf(peerOf([slow.address, other.address]), { hot: true, ...unhurried, idempotent: ['ask'] });
  const asked: Promise<unknown>[] = [];
  await until(() => {
    asked.push(client.ask({ text: String(asked.length) }).catch(() => 'refused'));
    return slow.seen.length > 0 && heard.length > 0;
  });
  const text = slow.seen[0] ?? '';
  // Each answer ends a silence of a fifth of a second: together longer than anybody is taken for frozen.
  await until(() => slow.state.asked >= 15);
  expect(heard).not.toContain(text);
  slow.seen.forEach((_, index) => slow.answer(index + 1, 0, Buffer.from('slow')));
  hold.open();
  expect(await asked[Number(text)]).toEqual({ text: 'slow' });
});

test('where nobody else answers, calls wait', async () => {
  const silent = await serveSilence();
  const client = clientOf(peerOf([silent.address]), { hot: true, ...unhurried, idempotent: ['ask'] });
  const call = client.ask({ text: 'alone' });
  await until(() => silent.state.asked > 0);
  silent.answer(1, 0, Buffer.from('at last'));
  expect(await call).toEqual({ text: 'at last' });
  expect(silent.seen).toEqual(['alone']);
});

test('a call that meets silence wherever it goes is refused, and not passed on for ever', async () => {
  const both = [await serveSilence(), await serveSilence()] as const;
  const peer = peerOf(both.map(({ address }) => address));
  const client = clientOf(peer, { hot: true, ...unhurried, idempotent: ['ask'] });
  let settled = false;
  const call = client.ask({ text: 'nobody answers' }).finally(() => (settled = true));
  const refused = expect(call).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  const counts = [0, 0];
  let holder = 0;
  await until(() => {
    both.forEach(({ seen }, which) => {
      if (seen.length > (counts[which] ?? 0)) holder = which;
      counts[which] = seen.length;
    });
    // Whoever it does not lie with says all the time that it is there.
    both[1 - holder]?.answer(0, status.UNIMPLEMENTED);
    return settled;
  });
  await refused;
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
});
