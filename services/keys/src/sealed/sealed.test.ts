// Sealed software keys in a real database: a dump is worth nothing without the key-encryption key (security §2.7).
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { randomBytes, verify, createPublicKey } from 'node:crypto';
import type { StoredKey } from '../backend.js';
import { bootstrapKeys } from '../bootstrap.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, newKek, quietLog, sealedConfig } from '../database.fixture.js';
import { readKeys } from '../registry/registry.js';
import { createSealedBackend } from './backend.js';
import { createEnvelope } from './envelope.js';

// RSA keys take their time on a busy machine.
jest.setTimeout(300_000);

const options = { log: quietLog, now: Date.now, random: randomBytes };
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const backendWith = (...keks: readonly string[]) => {
  const bytes = keks.map((kek) => Buffer.from(kek, 'base64'));
  return createSealedBackend({ envelope: createEnvelope(bytes, randomBytes), now: Date.now });
};
const stored = async (kek: string): Promise<StoredKey[]> => {
  await bootstrapKeys(sealedConfig(database.dsn, [kek]), options);
  return readKeys(database.client);
};

test('bootstrap makes RS256 and ES256 in both sets, once', async () => {
  const config = sealedConfig(database.dsn, [newKek()]);
  const first = await bootstrapKeys(config, options);
  expect(first.backend).toBe('sealed');
  expect(first.created.map(({ keySet, algorithm }) => `${keySet} ${algorithm}`)).toEqual([
    'hydra.openid.id-token RS256',
    'hydra.openid.id-token ES256',
    'hydra.jwt.access-token RS256',
    'hydra.jwt.access-token ES256',
  ]);
  const again = await bootstrapKeys(config, options);
  expect(again).toEqual({ backend: 'sealed', created: [], existing: first.created });
});

test('bootstrap from ten tools at once makes each key once', async () => {
  const config = sealedConfig(database.dsn, [newKek()]);
  const results = await Promise.all(Array.from({ length: 10 }, () => bootstrapKeys(config, options)));
  expect(results.flatMap(({ created }) => created)).toHaveLength(4);
  expect(await readKeys(database.client)).toHaveLength(4);
});

test('bootstrap without the schema says what to run', async () => {
  await database.client.query('DROP SCHEMA cardea_keys CASCADE');
  await expect(bootstrapKeys(sealedConfig(database.dsn, [newKek()]), options)).rejects.toThrow('cardea migrate up');
});

test('a key that was opened signs for its public half', async () => {
  const kek = newKek();
  const backend = backendWith(kek);
  for (const key of await stored(kek)) {
    await backend.examine(key);
    const signature = await backend.sign(key, 'a.b', Date.now() + 1000);
    const publicKey = createPublicKey({ key: key.jwk, format: 'jwk' });
    expect(verify('sha256', Buffer.from('a.b'), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  }
});

describe('a dump of the database', () => {
  test('has no private key in it', async () => {
    const keys = await stored(newKek());
    const { rows } = await database.client.query<{ dump: string }>(
      `SELECT string_agg(key::text || encode(sealed, 'escape'), '') AS dump FROM cardea_keys.key AS key`,
    );
    const dump = rows[0]?.dump ?? '';
    expect(dump).toContain(keys[0]?.kid);
    // The member that makes a JWK private, and the object identifiers every PKCS#8 has.
    expect(dump).not.toMatch(/"d"|PRIVATE KEY/);
    for (const { sealed, jwk } of keys) {
      expect(Object.keys(jwk).sort().join()).toMatch(/^(e,kty,n|crv,kty,x,y)$/);
      for (const oid of ['2a864886f70d010101', '2a8648ce3d0201']) {
        expect(sealed?.includes(Buffer.from(oid, 'hex'))).toBe(false);
      }
    }
  });

  test('does not open without the key-encryption key that sealed it', async () => {
    const [key] = await stored(newKek());
    await expect(backendWith(newKek()).examine(key!)).rejects.toThrow('no key of keys.kek opens it');
  });

  test('cannot be rearranged: a sealed key opens for its own row only', async () => {
    const kek = newKek();
    const keys = await stored(kek);
    const [first, second] = keys.filter(({ algorithm }) => algorithm === 'ES256');
    const refused = expect.objectContaining({ message: expect.stringContaining('belongs to another row') });
    await expect(backendWith(kek).examine({ ...first!, sealed: second!.sealed })).rejects.toEqual(refused);
    await expect(backendWith(kek).examine({ ...first!, keySet: second!.keySet })).rejects.toEqual(refused);
    await expect(backendWith(kek).examine({ ...first!, kid: 'other' })).rejects.toEqual(refused);
    await expect(backendWith(kek).examine({ ...first!, jwk: second!.jwk })).rejects.toThrow('its public half');
  });

  test('does not open after any one byte of a sealed key was changed', async () => {
    const kek = newKek();
    const key = (await stored(kek)).find(({ algorithm }) => algorithm === 'ES256')!;
    const sealed = key.sealed ?? Buffer.alloc(0);
    expect(sealed.length).toBeGreaterThan(150);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = changed[index]! ^ 1;
      await expect(backendWith(kek).examine({ ...key, sealed: changed })).rejects.toThrow(Error);
    }
  });
});

test('a new key-encryption key in front seals what is new, and the old one still opens what is old', async () => {
  const [old, fresh] = [newKek(), newKek()];
  const before = await stored(old);
  const rotated = backendWith(fresh, old);
  for (const key of before) await rotated.examine(key);
  const name = { keySet: 'hydra.openid.id-token', kid: 'new', algorithm: 'ES256' } as const;
  const made = { ...before[0]!, ...name, ...(await rotated.generate(name)) };
  await expect(backendWith(fresh).examine(made)).resolves.toBeUndefined();
  await expect(backendWith(old).examine(made)).rejects.toThrow('no key of keys.kek opens it');
});

test('two seals of the same thing share no bytes', () => {
  const envelope = createEnvelope([randomBytes(32)], randomBytes);
  const [a, b] = [envelope.seal('row', Buffer.from('secret')), envelope.seal('row', Buffer.from('secret'))];
  const after = 1 + 8;
  expect(a.subarray(0, after)).toEqual(b.subarray(0, after));
  expect(a.subarray(after).equals(b.subarray(after))).toBe(false);
  expect(envelope.open('row', a).toString()).toBe('secret');
});

test('what waits for a free thread is refused when its key is ended meanwhile', async () => {
  const kek = newKek();
  const backend = backendWith(kek);
  const key = (await stored(kek)).find(({ algorithm }) => algorithm === 'RS256')!;
  await backend.examine(key);
  // Of so many at once, some wait for others.
  const asked = Array.from({ length: 200 }, async () => backend.sign(key, 'input', Date.now() + 60_000));
  backend.ended(key.kid);
  const results = await Promise.allSettled(asked);
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(100);
  for (const result of refused) expect(result).toMatchObject({ reason: { code: 'temporarily_unavailable' } });
});
