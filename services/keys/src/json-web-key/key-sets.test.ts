// Key sets of any name over a real database: kept for their owners, sealed, and the signing sets never left without a key.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonWebKey } from 'node:crypto';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { openPool } from '../registry/connection.js';
import { readBroadcast } from '../registry/documents.js';
import { readKeys } from '../registry/registry.js';
import type { SetOptions } from './key-sets.fixture.js';
import { idTokens, openSets, pair } from './key-sets.fixture.js';

// RSA keys take their time on a busy machine.
jest.setTimeout(300_000);

let database: TestDatabase;
let pool: pg.Pool;
let clock = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool(database.dsn, quietLog);
  clock = Date.now();
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const open = (options: SetOptions = {}) => openSets({ pool, now: () => clock }, options);
const kids = (keys: readonly JsonWebKey[]) => keys.map((key) => key['kid']);
const notFound = expect.objectContaining({ code: 'not_found' });
const refused = expect.objectContaining({ code: 'invalid_request' });
const conflict = expect.objectContaining({ code: 'conflict' });

test('who only looks waits for nobody who makes a key', async () => {
  const { bootstrap, read } = open();
  await bootstrap();
  await database.client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('cardea keys'))`);
  expect(await read(idTokens)).toHaveLength(1);
  await database.client.query('COMMIT');
});

describe('a set of any name', () => {
  test('keeps what is made in it, newest first, and shows private halves to who may see them', async () => {
    const sets = open();
    const first = await sets.create('mine', { kid: 'one', use: 'enc' });
    expect(first).toMatchObject({ kid: 'one', alg: 'ES256', use: 'enc', d: expect.any(String) });
    const second = await sets.create('mine');
    expect(second['kid']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second['use']).toBe('sig');
    await expect(sets.create('mine', { kid: 'one' })).rejects.toEqual(conflict);
    expect(await sets.read('mine')).toEqual([second, first]);
    const { d: _, ...shown } = first;
    expect(await sets.read('mine', { kid: 'one', includePrivate: false })).toEqual([shown]);
    expect((await sets.create('other', { kid: 'one' }))['x']).not.toBe(first.x);
  });

  test.each(['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA'])('makes %s keys', async (algorithm) => {
    const key = await open().create('mine', { algorithm });
    expect(key['alg']).toBe(algorithm);
    const bits = createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength;
    expect(bits).toBe({ RS256: 4096, PS256: 2048 }[algorithm]);
  });

  test.each(['HS256', 'none', 'made-up', ''])('does not make %j keys', async (algorithm) => {
    await expect(open().create('mine', { algorithm })).rejects.toEqual(refused);
  });

  test('takes private, public, symmetric and nameless keys, and replaces by kid', async () => {
    const sets = open();
    const [a, b] = [pair('a'), pair('b')];
    const { d: _, ...half } = b;
    const symmetric = { kty: 'oct', k: 'c2VjcmV0', kid: 'shared', alg: 'HS256' };
    const { kid: __, ...nameless } = pair('');
    for (const key of [a, half, symmetric, nameless]) await sets.put('mine', key);
    expect(await sets.read('mine')).toEqual([nameless, symmetric, half, a]);
    expect(kids(await sets.read('mine', { includePrivate: false }))).toEqual([undefined, 'b', 'a']);
    const again = pair('a');
    await sets.put('mine', again);
    expect(await sets.read('mine', { kid: 'a' })).toEqual([again]);
  });

  test('is replaced whole, or not at all', async () => {
    const sets = open();
    const [a, b, c] = [pair('a'), pair('b'), pair('c')];
    await sets.put('mine', a);
    await sets.replace('mine', [b, c]);
    expect(await sets.read('mine')).toEqual([b, c]);
    await expect(sets.replace('mine', [a, { kty: 'RSA' }])).rejects.toEqual(refused);
    await expect(sets.replace('mine', [a, a])).rejects.toEqual(refused);
    expect(await sets.read('mine')).toEqual([b, c]);
    await sets.replace('mine', []);
    await expect(sets.read('mine')).rejects.toEqual(notFound);
  });

  test('loses one key or all, and what is not there is gone already', async () => {
    const sets = open();
    await sets.replace('mine', [pair('a'), pair('b'), pair('c')]);
    await sets.remove('mine', 'b');
    await sets.remove('mine', 'b');
    expect(kids(await sets.read('mine'))).toEqual(['a', 'c']);
    await expect(sets.read('mine', { kid: 'b' })).rejects.toEqual(notFound);
    await sets.remove('mine');
    await sets.remove('mine');
    await expect(sets.read('mine')).rejects.toEqual(notFound);
  });

  test('is sealed: a dump has nothing secret, and a row moved elsewhere does not open', async () => {
    const sets = open();
    const a = pair('a');
    await sets.put('mine', a);
    await sets.put('mine', { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' });
    const { rows } = await database.client.query<{ dump: string }>(
      `SELECT string_agg(k::text || encode(sealed, 'escape'), '') AS dump FROM cardea_keys.json_web_key AS k`,
    );
    expect(rows[0]?.dump).toContain(a.x);
    expect(rows[0]?.dump).not.toContain(a.d);
    expect(rows[0]?.dump).not.toContain('c2VjcmV0');
    await database.client.query(`UPDATE cardea_keys.json_web_key SET key_set = 'yours'`);
    await expect(sets.read('yours')).rejects.toThrow('belongs to another row');
    await expect(open().read('yours')).rejects.toThrow('keys.kek');
  });

  test('without a key-encryption key keeps public keys only', async () => {
    const sets = open({ keks: [] });
    const { d: _, ...half } = pair('a');
    await sets.put('mine', half);
    await expect(sets.put('mine', pair('b'))).rejects.toEqual(refused);
    await expect(sets.create('mine')).rejects.toEqual(refused);
    expect(await sets.read('mine')).toEqual([half]);
  });

  test('is broadcast without anything secret', async () => {
    const sets = open();
    const a = pair('a');
    await sets.put('mine', a);
    await sets.put('mine', { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' });
    await sets.put('yours', pair('b'));
    const { d: _, ...half } = a;
    expect(await readBroadcast(database.client, ['mine'])).toEqual([{ keySet: 'mine', kid: 'a', jwk: half }]);
    expect(await readBroadcast(database.client, [])).toEqual([]);
  });

  test.each(['', 'x'.repeat(256)])('has a name of bounded length', async (name) => {
    await expect(open().read(name)).rejects.toEqual(refused);
  });
});

describe('a signing set', () => {
  const states = async () =>
    (await readKeys(database.client)).map(({ kid, activatesAt, createdAt, destroyedAt, sealed }) => ({
      ...{ kid, waits: (activatesAt - createdAt) / 1000, destroyed: destroyedAt !== undefined },
      ...{ kept: sealed !== undefined },
    }));

  test('begins to sign with its first key at once, and publishes the next before it signs', async () => {
    const sets = open();
    await sets.create(idTokens, { kid: 'first' });
    await sets.create(idTokens, { kid: 'second', algorithm: 'EdDSA' });
    expect(await states()).toMatchObject([
      { kid: 'first', waits: 0 },
      { kid: 'second', waits: 3600 },
    ]);
    expect(kids(await sets.read(idTokens))).toEqual(['second', 'first']);
    await expect(sets.create(idTokens, { kid: 'first' })).rejects.toEqual(conflict);
  });

  test('shows no private half, unless it is to do as Hydra does', async () => {
    const keks = [randomBytes(32)];
    const quiet = open({ keks });
    const made = await quiet.create(idTokens, { kid: 'one' });
    expect(Object.keys(made)).not.toContain('d');
    expect(await quiet.read(idTokens)).toEqual([made]);
    const compatible = open({ keks, reveal: true });
    const [shown] = await compatible.read(idTokens);
    expect(shown).toEqual({ ...made, d: expect.any(String) });
    expect(await compatible.read(idTokens, { includePrivate: false })).toEqual([made]);
  });

  test('answers when its new key signs, where it is to do as Hydra does', async () => {
    const sets = open({ prePublishSeconds: 1, answerWhenSigning: true });
    await sets.create(idTokens, { kid: 'one' });
    const order: string[] = [];
    setTimeout(() => order.push('a second is over'), 950);
    await sets.create(idTokens, { kid: 'two' });
    await sets.remove(idTokens, 'one').then(
      () => order.push('removed'),
      () => order.push('refused'),
    );
    clock += 1_000;
    await sets.remove(idTokens, 'one');
    expect(order).toEqual(['a second is over', 'refused']);
    expect(kids(await sets.read(idTokens))).toEqual(['two']);
  });

  test('takes in a private key, and no other under its id', async () => {
    const sets = open();
    await sets.bootstrap();
    clock += 1;
    const a = pair('a');
    await sets.put(idTokens, a);
    await sets.put(idTokens, a);
    await expect(sets.put(idTokens, pair('a'))).rejects.toEqual(conflict);
    expect(await states()).toMatchObject([{ waits: 0 }, { kid: 'a', waits: 3600, kept: true }]);
  });

  test.each<[string, (key: ReturnType<typeof pair>) => unknown]>([
    ['a public half', ({ d: _, ...half }) => half],
    ['a symmetric key', () => ({ kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' })],
    ['no algorithm', ({ alg: _, ...key }) => key],
    ['another algorithm than the key can serve', (key) => ({ ...key, alg: 'ES384' })],
    ['no kid', ({ kid: _, ...key }) => key],
  ])('does not take in a key with %s', async (_name, bend) => {
    await expect(open().put(idTokens, bend(pair('a')))).rejects.toEqual(refused);
  });

  test('does not take in a short RSA key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const key = { ...privateKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' };
    await expect(open().put(idTokens, key)).rejects.toThrow('2048 to 4096 bits');
  });

  test('gives up a key for good, but never its last one that signs', async () => {
    const sets = open({ prePublishSeconds: 3600 });
    await sets.create(idTokens, { kid: 'one' });
    await sets.create(idTokens, { kid: 'two' });
    await expect(sets.remove(idTokens, 'one')).rejects.toThrow('would sign any more');
    await expect(sets.remove(idTokens)).rejects.toEqual(refused);
    await expect(sets.replace(idTokens, [])).rejects.toEqual(refused);
    clock += 3_600_000;
    await sets.remove(idTokens, 'one');
    await sets.remove(idTokens, 'one');
    await sets.remove(idTokens, 'never was');
    expect(await states()).toMatchObject([
      { kid: 'one', destroyed: true, kept: false },
      { kid: 'two', destroyed: false, kept: true },
    ]);
    expect(kids(await sets.read(idTokens))).toEqual(['two']);
    // Verifiers may remember it.
    await expect(sets.create(idTokens, { kid: 'one' })).rejects.toEqual(conflict);
  });

  test('is changed, once it signs, by who says its name twice', async () => {
    const sets = open({ asksTwice: true });
    await sets.put(idTokens, pair('one'));
    await sets.create(idTokens, { kid: 'two' });
    const before = await states();
    for (const word of ['', 'one', 'hydra.jwt.access-token']) {
      const changes = [
        sets.put(idTokens, pair('three'), word),
        sets.replace(idTokens, [pair('three')], word),
        sets.remove(idTokens, 'two', word),
        sets.remove(idTokens, undefined, word),
      ];
      for (const change of changes) await expect(change).rejects.toThrow(`confirm=${idTokens}`);
    }
    expect(await states()).toEqual(before);
    await sets.put(idTokens, pair('three'), idTokens);
    await sets.remove(idTokens, 'two', idTokens);
    await sets.replace(idTokens, [pair('four')], idTokens);
    expect(kids(await sets.read(idTokens))).toEqual(['four']);
    // Documents sign nothing here.
    await sets.put('mine', pair('a'));
    await sets.remove('mine');
  });

  test('is replaced whole or not at all: what cannot be taken in leaves every key as it was', async () => {
    const sets = open();
    await sets.create(idTokens, { kid: 'one' });
    await sets.create(idTokens, { kid: 'gone' });
    await sets.remove(idTokens, 'gone');
    const before = await states();
    for (const bad of [pair('one'), pair('gone'), { ...pair('b'), alg: 'ES384' }, pair('a')]) {
      await expect(sets.replace(idTokens, [pair('a'), bad])).rejects.toMatchObject({ code: expect.any(String) });
      expect(await states()).toEqual(before);
    }
  });

  test('has one writer at a time: of many replacements at once one whole set is left, and it signs', async () => {
    const sets = open();
    await sets.create(idTokens, { kid: 'one' });
    const wanted = Array.from({ length: 8 }, (_, round) => [pair(`a${String(round)}`), pair(`b${String(round)}`)]);
    await Promise.all(wanted.map((jwks) => sets.replace(idTokens, jwks)));
    const left = kids(await sets.read(idTokens)).sort();
    expect(wanted.map(kids)).toContainEqual(left);
    const rows = await readKeys(database.client);
    expect(
      rows
        .filter(({ destroyedAt }) => destroyedAt === undefined)
        .map(({ kid }) => kid)
        .sort(),
    ).toEqual(left);
    expect(rows).toHaveLength(17);
  });

  test('is replaced by keys that sign at once', async () => {
    const sets = open();
    await sets.create(idTokens, { kid: 'one' });
    clock += 1;
    await sets.replace(idTokens, [pair('a'), pair('b')]);
    expect(kids(await sets.read(idTokens)).sort()).toEqual(['a', 'b']);
    expect(await states()).toMatchObject([{ kid: 'one', destroyed: true }, { waits: 0 }, { waits: 0 }]);
  });
});
