// Bytes that are no messages, and handlers that fail in every way: nothing crashes, nothing is polluted, and every slot is given
// back (security catalogue I07, I14). The dice are loaded: a failure comes again.
import { describe, expect, jest, test } from '@jest/globals';
import { Client, credentials } from '@grpc/grpc-js';
import * as contracts from './contracts.js';
import { clientOf, gate, peerOf, roads, serveEcho, until } from './echo.fixture.js';
import type { UnaryMethod } from './service.js';
import { implement } from './service.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

/** Mulberry32: the same numbers on every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Half of them junk, half of them fields that could be: a known number, any wire type, a length that may lie. */
function payload(roll: (below: number) => number): Buffer {
  const bytes: number[] = [];
  for (let parts = roll(6); parts > 0; parts--) {
    if (roll(2) === 0) {
      for (let count = roll(12); count > 0; count--) bytes.push(roll(256));
    } else {
      const field = 1 + roll(30);
      const tag = (field << 3) | roll(8);
      if (tag > 127) bytes.push((tag & 127) | 128, tag >> 7);
      else bytes.push(tag);
      const text = ['__proto__', 'constructor', 'toString', '\xff\xfe', ''][roll(5)] ?? '';
      bytes.push(roll(4) === 0 ? roll(256) : text.length, ...Buffer.from(text, 'latin1'));
    }
  }
  return Buffer.from(bytes);
}

const methods = Object.values(contracts)
  .flatMap((contract) => Object.entries(contract))
  .filter(([name]) => name.endsWith('Service'))
  .flatMap(([, definition]) => Object.values(definition as unknown as Record<string, UnaryMethod<object, object>>))
  .map((method) => [method.path, method] as const);

describe('I14: what is no message', () => {
  const prototypes = () => [Object.prototype, Array.prototype].map((each) => Object.getOwnPropertyNames(each));

  test('I14: there are contracts to try', () => expect(methods.length).toBeGreaterThan(40));

  test.each(methods)('I14: %s reads 2,000 payloads or refuses them, and no prototype changes', (path, method) => {
    const before = prototypes();
    const roll = dice(Buffer.from(path).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 7));
    const known = Object.keys(method.requestDeserialize(Buffer.alloc(0)));
    let [read, refused, strange] = [0, 0, 0];
    for (let count = 0; count < 2_000; count++) {
      try {
        const message = method.requestDeserialize(payload(roll));
        if (!Object.keys(message).every((name) => known.includes(name))) strange++;
        read++;
      } catch {
        refused++;
      }
    }
    expect([read > 0, refused > 0, strange]).toEqual([true, true, 0]);
    expect(prototypes()).toEqual(before);
  });

  test('I14: of two members of a oneof the last counts; a megabyte of unknown fields leaves nothing', () => {
    const { RevokeConsentsRequest } = contracts.sessionV1;
    const first = RevokeConsentsRequest.encode({ which: { $case: 'consentRequestId', value: 'first' } }).finish();
    const second = RevokeConsentsRequest.encode({ which: { $case: 'allOfSubject', value: 'second' } }).finish();
    expect(RevokeConsentsRequest.decode(Buffer.concat([first, second])).which).toEqual({
      $case: 'allOfSubject',
      value: 'second',
    });
    // Field 1000, length-delimited.
    const unknown = Buffer.concat([Buffer.from([0xc2, 0x3e, 0x80, 0x80, 0x40]), Buffer.alloc(1024 * 1024, 'x')]);
    const decoded = RevokeConsentsRequest.decode(Buffer.concat([first, unknown]));
    expect(decoded).toEqual({ which: { $case: 'consentRequestId', value: 'first' } });
  });

  test('I14: a server that is sent such payloads answers the next who asks', async () => {
    const { IntrospectionServiceService, IntrospectResponse } = contracts.introspectionV1;
    const service = implement(IntrospectionServiceService, {
      introspect: () => Promise.resolve(IntrospectResponse.create({ active: true })),
      introspectBatch: () => Promise.resolve({ responses: [] }),
    });
    const { address } = await serveEcho({ services: [service] });
    const client = new Client(address, credentials.createInsecure());
    const asIs = (bytes: Buffer) => bytes;
    const roll = dice(14);
    const ask = (path: string) =>
      new Promise<number>((resolve) =>
        client.makeUnaryRequest(path, asIs, asIs, payload(roll), (error) => resolve(error?.code ?? 0)),
      );
    const codes = new Set<number>();
    for (let round = 0; round < 20; round++) {
      const { introspect, introspectBatch } = IntrospectionServiceService;
      const paths = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? introspect.path : introspectBatch.path));
      for (const code of await Promise.all(paths.map(ask))) codes.add(code);
    }
    // OK and INVALID_ARGUMENT.
    expect([...codes].sort()).toEqual([0, 3]);
    for (const path of ['/__proto__/constructor', '/x/__proto__']) expect(await ask(path)).toBe(12);
    client.close();
    const request = { token: 't', tokenTypeHint: '', requiredScopes: [] };
    expect(
      await peerOf([address]).client(IntrospectionServiceService, { hot: true }).introspect(request),
    ).toMatchObject({
      active: true,
    });
  });
});

describe.each(roads)('I07: over %s', (_road, road) => {
  test('I07: a thousand handlers that throw or reject, and every slot is free again', async () => {
    const hold = gate();
    let begun = 0;
    const { address } = await serveEcho({
      maxOutstanding: 8,
      ask: ({ text }) => {
        switch (text) {
          case 'throw':
            throw new Error('thrown');
          case 'reject':
            return Promise.reject(new Error('rejected'));
          case 'late':
            return new Promise((_resolve, reject) => void setImmediate(() => reject(new Error('late'))));
          default:
            begun++;
            return hold.promise.then(() => ({ text }));
        }
      },
    });
    const peer = peerOf([address]);
    const client = clientOf(peer, road);
    const ways = ['throw', 'reject', 'late', 'throw', 'reject', 'late', 'throw', 'reject'];
    for (let round = 0; round < 125; round++) {
      const failed = await Promise.allSettled(ways.map((text) => client.ask({ text })));
      for (const each of failed) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'server_error' } });
    }
    expect(peer.load).toMatchObject({ outstanding: 0 });
    const calls = ways.map((_, at) => client.ask({ text: String(at) }));
    await until(() => begun === 8);
    hold.open();
    expect(await Promise.all(calls)).toHaveLength(8);
  });
});
