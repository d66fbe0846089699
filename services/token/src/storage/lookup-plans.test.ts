// A batch reads its own rows, however many there are beside them: plans are made once a connection, often while a day's partition is
// still empty, and one that reads all rows between two expiries looks as good then (docs/decisions/0041).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createCodes } from './codes.js';
import { createFlows } from './flows.js';

const together = 10;
const others = 2_000;
const now = Date.now();
const expiresAt = Math.floor(now / 1000) + 600;

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase(1)));
afterAll(() => database.drop());

/** Takes as many flows at once through all their steps, and redeems their codes. */
async function goThrough(): Promise<void> {
  const [flows, codes] = [createFlows(database.pool), createCodes(database.pool)];
  const all = Array.from({ length: together }, () => {
    const [browser, first, second] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    return {
      ref: { id: randomBytes(16), expiresAt },
      browser,
      first,
      second,
      code: randomBytes(32),
      grantId: randomUUID(),
    };
  });
  const [clientId, body] = ['app', randomBytes(700)];
  type Each = (typeof all)[number];
  const step = async (take: (flow: Each) => Promise<boolean>): Promise<void> => {
    expect(await Promise.all(all.map(take))).toEqual(all.map(() => true));
  };
  await step(({ ref, browser, first }) =>
    flows.answerLogin('accept_login', ref, { clientId, browser, verifierKey: first, body }),
  );
  await step(({ ref, browser, first }) =>
    flows.useLogin(ref, { verifierKey: first, browser, now }, { browser, body }, undefined, undefined),
  );
  await step(({ ref, second }) => flows.answerConsent('accept_consent', ref, { verifierKey: second, body }, 'first'));
  await step(({ ref, browser, second, code, grantId }) => {
    const grant = { id: grantId, subject: 'someone', sessionId: randomUUID(), scopes: ['photos'], audience: [], body };
    const row = { ...grant, remember: false, rememberUntil: Infinity, skipped: false };
    return flows.complete(ref, { verifierKey: second, browser, now }, row, { key: code, expiresAt, body }, undefined);
  });
  await step(({ code, grantId }) => {
    const access = { key: randomBytes(32), expiresAt, grantId, clientId, body };
    return codes.redeem({ code: { key: code, expiresAt }, grantId, access, refresh: undefined, now });
  });
}

/** Entries of indexes that were read so far, by table. */
async function entriesRead(table: string): Promise<number> {
  await database.pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await database.pool.query<{ read: number }>(
    'SELECT sum(idx_tup_read)::float8 AS read FROM pg_stat_user_indexes WHERE relname = $1',
    [table],
  );
  return rows[0]?.read ?? NaN;
}

test('flows and codes of a batch are read, and none beside them, by plans that were made while there were none', async () => {
  await goThrough();
  await database.pool.query(
    `INSERT INTO cardea.flow (id, expires_at, state, client_id, verifier_key, browser, body)
      SELECT substr(sha256(i::text::bytea), 1, 16), to_timestamp($1), 'login_accepted', 'app', '', '', ''
      FROM generate_series(1, $2) AS i`,
    [expiresAt, others],
  );
  await database.pool.query(
    `INSERT INTO cardea.authorization_code (key, expires_at, grant_id, client_id, body)
      SELECT sha256(i::text::bytea), to_timestamp($1), gen_random_uuid(), 'app', '' FROM generate_series(1, $2) AS i`,
    [expiresAt, others],
  );
  const tables = ['flow_default', 'authorization_code_default'];
  const before = await Promise.all(tables.map(entriesRead));
  await goThrough();
  const after = await Promise.all(tables.map(entriesRead));
  const read = tables.map((_, index) => (after[index] ?? NaN) - (before[index] ?? NaN));
  // Four steps of a flow and one of a code, with the rows' former versions.
  expect(read.map((entries) => entries > 0 && entries < 20 * together)).toEqual([true, true]);
});
