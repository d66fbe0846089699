// Fetched key sets: one request for many askers, rotations seen, failures survived, and nobody made to fetch at will
// (security catalogue G13, G14, E22).
import { describe, expect, test } from '@jest/globals';
import { createClientKeys } from './client-keys.js';
import { testKey } from './jwt.fixture.js';
import { OutboundError } from './outbound/index.js';

const first = testKey('ES256', 'first');
const second = testKey('ES256', 'second');
const wanted = (kid: string | undefined) => ({ kid, alg: 'ES256', use: 'sig' }) as const;
const client = { jwksJson: new Uint8Array(), jwksUri: 'https://app.example/jwks' };

/** A remote that says what it is told to, and counts how often it was asked. */
function remote(keys: unknown[]) {
  const state = { keys, down: false, asked: 0, millis: 1e12 };
  const outbound = {
    getJson: async () => {
      state.asked++;
      await new Promise((resolve) => setImmediate(resolve));
      if (state.down) throw new OutboundError('unreachable');
      return { body: { keys: state.keys }, headers: {} };
    },
  };
  const own = createClientKeys({ outbound, now: () => state.millis });
  const find = async (kid: string | undefined, at = client) => (await own.list(at, wanted(kid))).map((key) => key.kid);
  return { state, find };
}

describe('jwks_uri', () => {
  test('200 askers at once are one request', async () => {
    const { state, find } = remote([first.jwk]);
    const found = await Promise.all(Array.from({ length: 200 }, () => find('first')));
    expect(found.every(([kid]) => kid === 'first')).toBe(true);
    expect(state.asked).toBe(1);
    await find(undefined);
    expect(state.asked).toBe(1);
  });

  test('G14: a rotation is seen at once, and an unknown key id makes us ask once a minute at most', async () => {
    const { state, find } = remote([first.jwk]);
    await find('first');
    state.keys = [second.jwk];
    expect(await find('second')).toEqual(['second']);
    expect(await find('first')).toEqual([]);
    for (let i = 0; i < 50; i++) expect(await find(`guess ${String(i)}`)).toEqual([]);
    expect(state.asked).toBe(2);
    state.millis += 61_000;
    await find('guess');
    expect(state.asked).toBe(3);
  });

  test('G13: 200 askers for a new key id are one request', async () => {
    const { state, find } = remote([first.jwk]);
    await find('first');
    state.keys = [second.jwk];
    const found = await Promise.all(Array.from({ length: 200 }, () => find('second')));
    expect(found.every(([kid]) => kid === 'second')).toBe(true);
    expect(state.asked).toBe(2);
  });

  test('the last good set serves for an hour while the remote is down; a failure is remembered for a moment', async () => {
    const { state, find } = remote([first.jwk]);
    await find('first');
    state.down = true;
    state.millis += 11 * 60_000;
    expect(await find('first')).toEqual(['first']);
    expect(await find('first')).toEqual(['first']);
    expect(state.asked).toBe(2);
    state.millis += 50 * 60_000;
    await expect(find('first')).rejects.toThrow(OutboundError);
    state.down = false;
    await expect(find('first')).rejects.toThrow(OutboundError);
    state.millis += 6_000;
    expect(await find('first')).toEqual(['first']);
  });

  test('a set that was never to be had is an error, and no set is a set without keys', async () => {
    const { state, find } = remote([]);
    state.down = true;
    await expect(find('first')).rejects.toThrow(OutboundError);
    expect(await find('first', { jwksJson: new Uint8Array(), jwksUri: '' })).toEqual([]);
  });

  test.each<[string, unknown[], string[]]>([
    ['thousands of keys', Array<unknown>(10_000).fill(first.jwk), []],
    ['what is no key', [null, 1, 'x', [], {}], []],
    ['the same id twice', [first.jwk, { ...second.jwk, kid: 'first' }], ['first', 'first']],
    ['a private key', [{ ...first.jwk, d: 'x' }], []],
    ['a shared key', [{ kty: 'oct', k: 'x', kid: 'first' }], []],
    ['a huge modulus', [{ kty: 'RSA', kid: 'first', e: 'AQAB', n: Buffer.alloc(2048, 1).toString('base64url') }], []],
  ])('%s', async (_name, keys, expected) => {
    expect(await remote(keys).find('first')).toEqual(expected);
  });
});

test('keys by value are read from the client, and no request is made', async () => {
  const { state, find } = remote([]);
  const jwksJson = Buffer.from(JSON.stringify({ keys: [first.jwk, second.jwk] }));
  expect(await find(undefined, { jwksJson, jwksUri: '' })).toEqual(['first', 'second']);
  expect(await find('second', { jwksJson, jwksUri: '' })).toEqual(['second']);
  expect(state.asked).toBe(0);
});
