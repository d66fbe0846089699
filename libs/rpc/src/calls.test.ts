// One call, whichever way it travels: the same handlers, deadlines, cancellation, bounds and refusals (performance §5 rule 2).
import { describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { randomBytes } from 'node:crypto';
import { clientOf, gate, keptLog, peerOf, roads, serveEcho, until } from './echo.fixture.js';
import { itemBytes, messageBytes } from './limits.js';
import type { CallContext } from './service.js';

describe.each(roads)('over %s', (_road, road) => {
  test('handlers answer, each call its own', async () => {
    const { address } = await serveEcho();
    const client = clientOf(peerOf([address]), road);
    const texts = Array.from({ length: 300 }, (_, i) => `text ${String(i)}`);
    const answers = await Promise.all(texts.map((text) => client.say({ text })));
    expect(answers.map(({ text }) => text)).toEqual(texts);
  });

  test('a handler sees deadline, trace context and no caller on plain transport', async () => {
    let seen: Partial<CallContext> = {};
    const { address } = await serveEcho({
      ask(said, { deadline, traceparent, caller }) {
        seen = { deadline, traceparent, caller };
        return Promise.resolve(said);
      },
    });
    const client = clientOf(peerOf([address]), road);
    const deadline = Date.now() + 60_000;
    const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
    await client.ask({ text: '' }, { deadline, traceparent });
    expect(seen).toMatchObject({ traceparent, caller: undefined });
    expect(Math.abs((seen.deadline ?? 0) - deadline)).toBeLessThan(10_000);
    await client.ask({ text: '' });
    expect(seen.traceparent).toBe('');
  });

  test.each([
    ['no end at all', Infinity],
    ['an end further away than any timer reaches', Date.now() + 2 ** 45],
  ])('a deadline may be %s', async (_name, deadline) => {
    const { address } = await serveEcho({
      async ask(_said, { signal }) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { text: String(signal.aborted) };
      },
    });
    const client = clientOf(peerOf([address]), road);
    expect(await client.ask({ text: '' }, { deadline })).toEqual({ text: 'false' });
  });

  test('past its deadline a call is refused, and the server sees the abort', async () => {
    const aborted = gate();
    const { address } = await serveEcho({
      // Never answers: that would be in time for a client whose own clock has not struck yet.
      ask: (_said, { signal }) => new Promise(() => signal.addEventListener('abort', () => aborted.open())),
    });
    const peer = peerOf([address]);
    const client = clientOf(peer, { ...road, timeoutMillis: 1_000 });
    // Connected before the clock runs: a call that never reached the server aborts nothing there.
    await client.say({ text: 'hello' }, { deadline: Date.now() + 5_000 });
    await expect(client.ask({ text: '' })).rejects.toMatchObject({ code: 'temporarily_unavailable', status: 503 });
    await aborted.promise;
    expect(peer.load.outstanding).toBe(0);
    expect(await client.say({ text: 'still there' }, { deadline: Date.now() + 5_000 })).toEqual({
      text: 'still there',
    });
  });

  test('a call its caller gave up is refused, and the server sees the abort', async () => {
    const begun = gate();
    const aborted = gate();
    const { address } = await serveEcho({
      ask: (said, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.open();
            resolve(said);
          });
          begun.open();
        }),
    });
    const peer = peerOf([address]);
    const controller = new AbortController();
    const answer = clientOf(peer, road).ask({ text: '' }, { signal: controller.signal });
    await begun.promise;
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await aborted.promise;
    expect(peer.load.outstanding).toBe(0);
    await expect(clientOf(peer, road).say({ text: '' }, { signal: controller.signal })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
  });

  test('a method nobody serves is a fault of ours', async () => {
    const { address } = await serveEcho();
    const client = clientOf(peerOf([address]), road);
    await expect(client.missing({ text: '' })).rejects.toMatchObject({ code: 'server_error', status: 500 });
    expect(await client.say({ text: 'next' })).toEqual({ text: 'next' });
  });

  test('a request or an answer that cannot be read is a fault of ours', async () => {
    const { address } = await serveEcho({ ask: () => Promise.resolve({ text: 'undecodable' }) });
    const client = clientOf(peerOf([address]), road);
    await expect(client.say({ text: 'undecodable' })).rejects.toMatchObject({ code: 'server_error' });
    await expect(client.ask({ text: 'x' })).rejects.toMatchObject({ code: 'server_error' });
    expect(await client.say({ text: 'next' })).toEqual({ text: 'next' });
  });

  const limit = road.hot ? itemBytes : messageBytes;
  test('what is too large fails alone, in either direction', async () => {
    const log = keptLog();
    const { address } = await serveEcho({ log, ask: () => Promise.resolve({ text: 'x'.repeat(limit + 1) }) });
    const client = clientOf(peerOf([address]), road);
    const [large, answer, small] = await Promise.allSettled([
      client.say({ text: 'x'.repeat(limit + 1) }),
      client.ask({ text: '' }),
      client.say({ text: 'small' }),
    ]);
    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'request_too_large', status: 413 } });
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'server_error' } });
    expect(small).toEqual({ status: 'fulfilled', value: { text: 'small' } });
    expect(log.lines).toHaveLength(1);
    const { text } = await client.say({ text: 'y'.repeat(limit - 1_000) });
    expect(text).toHaveLength(limit - 1_000);
  });

  test('a client with too many calls outstanding sheds the rest at once', async () => {
    const hold = gate();
    const { address } = await serveEcho({ ask: (said) => hold.promise.then(() => said) });
    const peer = peerOf([address], { maxOutstanding: 8 });
    const client = clientOf(peer, road);
    const calls = Array.from({ length: 20 }, (_, i) => client.ask({ text: String(i) }));
    const shed = await Promise.allSettled(calls.slice(8));
    for (const each of shed) {
      expect(each).toMatchObject({
        status: 'rejected',
        reason: { code: 'temporarily_unavailable', status: 503, retryAfterSeconds: 1 },
      });
    }
    expect(peer.load).toEqual({ outstanding: 8, shed: 12 });
    hold.open();
    expect(await Promise.all(calls.slice(0, 8))).toHaveLength(8);
    expect(await client.say({ text: 'free' })).toEqual({ text: 'free' });
  });

  test('observers hear of each call once, with its outcome, and may change the trace', async () => {
    const heard: string[] = [];
    const { address } = await serveEcho({
      observe: (path, traceparent) => ({
        traceparent: `${traceparent}+`,
        end: (outcome, fault) => void heard.push(`${path.split('/')[2] ?? ''} ${outcome} ${String(fault)}`),
      }),
      ask: (said, { traceparent }) =>
        said.text !== ''
          ? Promise.reject(new OAuthError(said.text))
          : traceparent === 'fail+'
            ? Promise.reject(new Error('no'))
            : Promise.resolve({ text: traceparent }),
    });
    const client = clientOf(peerOf([address]), road);
    expect(await client.ask({ text: '' }, { traceparent: 'trace' })).toEqual({ text: 'trace+' });
    await expect(client.ask({ text: '' }, { traceparent: 'fail' })).rejects.toMatchObject({ code: 'server_error' });
    await expect(client.ask({ text: 'invalid_grant' })).rejects.toMatchObject({ code: 'invalid_grant' });
    await expect(client.ask({ text: 'made_up' })).rejects.toMatchObject({ code: 'made_up' });
    await expect(client.missing({ text: '' })).rejects.toMatchObject({ code: 'server_error' });
    await expect(client.say({ text: 'undecodable' })).rejects.toMatchObject({ code: 'server_error' });
    expect(heard).toEqual([
      'Ask OK false',
      'Ask server_error true',
      'Ask invalid_grant false',
      'Ask other false',
      'Say INVALID_ARGUMENT false',
    ]);
  });
});

test('a stream with too many calls outstanding sheds the rest, and goes on', async () => {
  const hold = gate();
  let begun = 0;
  const { address } = await serveEcho({
    maxOutstanding: 8,
    ask: (said) => {
      begun++;
      return hold.promise.then(() => said);
    },
  });
  const client = clientOf(peerOf([address]));
  const calls = Array.from({ length: 20 }, (_, i) => client.ask({ text: String(i) }));
  const shed = await Promise.allSettled(calls.slice(8));
  expect(shed.every(({ status }) => status === 'rejected')).toBe(true);
  expect(shed[0]).toMatchObject({ reason: { code: 'temporarily_unavailable' } });
  expect(begun).toBe(8);
  hold.open();
  expect(await Promise.all(calls.slice(0, 8))).toHaveLength(8);
});

test('H11: a connection with too many unary calls outstanding begins no more than it may', async () => {
  const hold = gate();
  let begun = 0;
  const { address } = await serveEcho({
    maxOutstanding: 8,
    ask: (said) => {
      begun++;
      return hold.promise.then(() => said);
    },
  });
  const client = clientOf(peerOf([address]), { hot: false });
  await client.say({ text: 'the settings have arrived' });
  const calls = Array.from({ length: 20 }, (_, i) => client.ask({ text: String(i) }));
  await until(() => begun === 8);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(begun).toBe(8);
  hold.open();
  expect(await Promise.all(calls)).toHaveLength(20);
});

test('errors of some calls do not end the stream for the others', async () => {
  const { address } = await serveEcho({
    ask: ({ text }) => (Number(text) % 3 === 0 ? Promise.reject(new Error('third')) : Promise.resolve({ text })),
  });
  const client = clientOf(peerOf([address]));
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 60 }, (_, i) => client.ask({ text: String(i) }));
    const results = await Promise.allSettled(calls);
    results.forEach((result, i) => {
      expect(result).toMatchObject(i % 3 === 0 ? { reason: { code: 'server_error' } } : { value: { text: String(i) } });
    });
  }
});
