// ML-DSA keys through the key API (RFC 9964): made and taken in where Node has them, the reason elsewhere.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newAlgorithms } from '@cardea/oauth';
import type pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { openPool } from '../registry/connection.js';
import { hasMlDsa } from '../sealed/generate.js';
import type { SetOptions } from './key-sets.fixture.js';
import { idTokens, openSets } from './key-sets.fixture.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool(database.dsn, quietLog);
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const open = (options: SetOptions = {}) => openSets({ pool, now: Date.now }, options);
const notFound = expect.objectContaining({ code: 'not_found' });
const refused = expect.objectContaining({ code: 'invalid_request' });

describe.each([...newAlgorithms.keys()])('%s keys (RFC 9964)', (algorithm) => {
  test.each(['mine', idTokens])(
    'are made in %s where keys.ml_dsa is set and Node has them, by nobody else',
    async (keySet) => {
      const said = expect.objectContaining({
        code: 'invalid_request',
        description: expect.stringContaining(`key for ${algorithm} is made where keys.ml_dsa is set`),
      });
      await expect(open().create(keySet, { algorithm })).rejects.toEqual(said);
      const sets = open({ mlDsa: true, reveal: true });
      if (!hasMlDsa()) {
        await expect(sets.create(keySet, { algorithm })).rejects.toThrow();
        await expect(sets.read(keySet)).rejects.toEqual(notFound);
        return;
      }
      const key = await sets.create(keySet, { kid: 'new', algorithm });
      expect(key).toEqual({
        ...{ kty: 'AKP', alg: algorithm, kid: 'new', use: 'sig' },
        ...{ pub: expect.stringMatching(/^[\w-]+$/), priv: expect.stringMatching(/^[\w-]{43}$/) },
      });
      const { priv: _, ...shown } = key;
      expect(await sets.read(keySet, { kid: 'new', includePrivate: false })).toEqual([shown]);
      // What was read can be put elsewhere; a public half with another's private one cannot.
      await sets.put('copies', key);
      expect(await sets.read('copies')).toEqual([key]);
      const other = await sets.create('others', { algorithm });
      await expect(sets.put('copies', { ...key, priv: other['priv'] })).rejects.toEqual(refused);
      await expect(sets.put('copies', { ...key, alg: 'ES256' })).rejects.toEqual(refused);
    },
  );

  test('that somebody hands in are refused with the reason where Node has none', async () => {
    const given = { kty: 'AKP', alg: algorithm, kid: 'new', pub: 'AAAA' };
    const reason = hasMlDsa() ? 'public half is not complete' : `${process.version} has no ML-DSA`;
    await expect(open({ mlDsa: true }).put('mine', given)).rejects.toMatchObject({
      code: 'invalid_request',
      description: expect.stringContaining(reason),
    });
  });
});
