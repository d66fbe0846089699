// What a signer goes by while it learns of keys: a token that takes its time with one key holds up neither the news of another nor
// an emergency.
import { expect, test } from '@jest/globals';
import type { KeyBackend, StoredKey } from './backend.js';
import { quietLog } from './database.fixture.js';
import { createKeyRing } from './key-ring.js';

const set = 'hydra.openid.id-token';
const key = (kid: string, more: Partial<StoredKey> = {}): StoredKey => ({
  ...{ keySet: set, kid, algorithm: 'ES256', backend: 'sealed', jwk: {}, sealed: undefined },
  ...{ createdAt: 1_000, activatesAt: 1_000, retiredAt: undefined, destroyedAt: undefined },
  ...more,
});

/** A backend that examines when it is told to. */
function open() {
  const clock = { millis: 5_000 };
  const waiting = new Map<string, { pass: () => void; fail: (error: Error) => void }>();
  const ended: string[] = [];
  let asked = 0;
  const backend = {
    kind: 'sealed',
    examine: ({ kid }: StoredKey) => {
      asked++;
      return new Promise<void>((pass, fail) => waiting.set(kid, { pass, fail }));
    },
    problem: () => undefined,
    forget: () => undefined,
    ended: (kid: string) => void ended.push(kid),
  } as unknown as KeyBackend;
  const ring = createKeyRing({ backend, log: quietLog, now: () => clock.millis, trustMillis: 15_000 });
  const kids = () => ring.published().map(({ stored }) => stored.kid);
  const signs = () => ring.signing(set, 'ES256').stored.kid;
  const settle = async (kid: string, error?: Error) => {
    const { pass, fail } = waiting.get(kid)!;
    if (error === undefined) pass();
    else fail(error);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { clock, ring, kids, signs, settle, ended, examinations: () => asked };
}

test('a new key is published before it was examined, and signs after', async () => {
  const { ring, kids, signs, settle } = open();
  const first = ring.learn([key('a')], []);
  await settle('a');
  await first;
  const second = ring.learn([key('a'), key('b', { activatesAt: 2_000 })], []);
  expect([kids(), signs()]).toEqual([['b', 'a'], 'a']);
  await settle('b');
  await second;
  expect(signs()).toBe('b');
});

test('while one key is examined another comes, and a third is retired at once', async () => {
  const { ring, kids, signs, settle, examinations } = open();
  const first = ring.learn([key('a'), key('b', { activatesAt: 2_000 })], []);
  await settle('a');
  await settle('b');
  await first;
  expect(signs()).toBe('b');
  const slow = key('slow', { activatesAt: 3_000 });
  const all = [key('a'), key('b', { activatesAt: 2_000 }), slow];
  const learning = [ring.learn(all, [])];
  const gone = [key('a'), key('b', { activatesAt: 2_000, retiredAt: 4_000 }), slow, key('d', { activatesAt: 9_000 })];
  learning.push(ring.learn(gone, []));
  expect([kids(), signs()]).toEqual([['d', 'slow', 'b', 'a'], 'a']);
  await settle('d');
  await settle('slow');
  await Promise.all(learning);
  expect(signs()).toBe('slow');
  // Each once, though they were heard of twice.
  expect(examinations()).toBe(4);
});

test('a key that was found unfit signs nothing, and nothing signs in its place', async () => {
  const { ring, kids, signs, settle, clock } = open();
  const first = ring.learn([key('a')], []);
  await settle('a');
  await first;
  const bad = [key('a'), key('bad', { activatesAt: 6_000 })];
  const second = ring.learn(bad, []);
  await settle('bad', new Error('its halves do not belong together'));
  await second;
  expect([kids(), signs()]).toEqual([['bad', 'a'], 'a']);
  clock.millis = 6_000;
  const third = ring.learn(bad, []);
  expect(signs).toThrow(expect.objectContaining({ code: 'temporarily_unavailable' }));
  expect(ring.problem()).toContain('key bad of key set hydra.openid.id-token must not sign');
  await settle('bad');
  await third;
  expect(signs()).toBe('bad');
});

test('a key is retired when that is heard of, however slow this clock, and the backend is told once', async () => {
  const { ring, signs, settle, ended } = open();
  const first = ring.learn([key('a'), key('b', { activatesAt: 2_000 })], []);
  await settle('a');
  await settle('b');
  await first;
  ring.release('b');
  // By the clock of whoever retired it, which is a minute ahead.
  const retired = [key('a'), key('b', { activatesAt: 2_000, retiredAt: 65_000 })];
  await ring.learn(retired, []);
  await ring.learn(retired, []);
  expect([signs(), ring.ended('b'), ring.ended('a'), ended]).toEqual(['a', true, false, ['b']]);
  expect(() => ring.release('b')).toThrow(expect.objectContaining({ code: 'temporarily_unavailable' }));
  ring.release('a');
});

test('nothing leaves when a retirement may have gone unheard: the registry was not read for a while', async () => {
  const { ring, settle, clock } = open();
  const first = ring.learn([key('a')], [], 4_000);
  await settle('a');
  await first;
  clock.millis = 4_000 + 15_000;
  ring.release('a');
  clock.millis++;
  expect(() => ring.release('a')).toThrow(expect.objectContaining({ code: 'temporarily_unavailable' }));
  expect(ring.problem()).toContain('could not be read for 15 s');
  await ring.learn([key('a')], [], clock.millis);
  ring.release('a');
});
