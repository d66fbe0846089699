// Who changed which key is written down with the change, over real PostgreSQL: with it or not at all, in order, and never again.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { keyChangeHandlers } from '../rpc/key-change.js';
import { listKeyChanges } from './key-changes.js';
import { onBehalf } from './on-behalf.js';
import type { RegisteredKey, Registry } from './registry.js';
import { openRegistry } from './registry.js';

let database: TestDatabase;
let pool: pg.Pool;
let registry: Registry;
const now = () => Date.parse('2026-01-02T03:04:05Z');
const ops = 'spiffe://cardea.local/ops';

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.dsn, max: 2 });
  registry = openRegistry(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const key = (kid: string): RegisteredKey => ({
  keySet: 'hydra.openid.id-token',
  kid,
  algorithm: 'ES256',
  backend: 'hsm',
  jwk: { kty: 'EC' },
  sealed: undefined,
  requestId: undefined,
  createdAt: now(),
  activatesAt: now(),
  retiredAt: undefined,
  destroyedAt: undefined,
});
const list = async (afterId = 0, limit = 100) => {
  const { changes } = await keyChangeHandlers((after, most) => listKeyChanges(pool, after, most)).listKeyChanges(
    { afterId, limit },
    undefined as never,
  );
  return changes.map(({ id, keyId, act, changedBy }) => [id, `${act} ${keyId} by ${changedBy}`]);
};

test('each change that was made is on record, and what changed nothing is not', async () => {
  const as = (act: Parameters<typeof onBehalf>[2], by = ops) => onBehalf(registry, by, act, now);
  await as('create').exclusively(({ insert }) => insert(key('a')));
  await as('create', '').exclusively(({ insert }) => insert(key('b')));
  await as('promote').exclusively(({ change }) => change('a', {}));
  await as('retire').exclusively(({ change }) => change('a', { retiredAt: now() }));
  // The key services themselves, and their schedule, act on nobody's behalf.
  await registry.exclusively(({ change }) => change('b', { activatesAt: now() }));
  await expect(
    as('destroy').exclusively(async ({ change }) => {
      await change('a', { destroyedAt: now() });
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect((await registry.keys()).find(({ kid }) => kid === 'a')?.destroyedAt).toBeUndefined();

  const all = await list();
  expect(all.map(([, said]) => said)).toEqual([`create a by ${ops}`, 'create b by ', `retire a by ${ops}`]);
  expect(await list(Number(all[0]?.[0]), 1)).toEqual([all[1]]);
  expect(await list(Number(all[2]?.[0]))).toEqual([]);
});

test.each(['UPDATE cardea_keys.key_change SET changed_by = $$x$$', 'DELETE FROM cardea_keys.key_change'])(
  'nobody rewrites it: %s',
  async (statement) => {
    await expect(pool.query(statement)).rejects.toThrow('append-only');
  },
);
