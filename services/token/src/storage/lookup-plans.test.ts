// A batch reads its own rows, however many there are beside them: plans are made once a connection, often while a day's partition is
// still empty, and one that reads all rows between two expiries looks as good then (docs/decisions/0041).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { noDebts } from '../cache/debts.js';
import { createTestDatabase } from '../database.fixture.js';
import { createCodes } from './codes.js';
import { createFlows } from './flows.js';
import { createRefreshTokens } from './refresh-tokens.js';

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

test('a refresh token and the access token beside it are read, and none of those its family had before', async () => {
  const refreshTokens = createRefreshTokens(database.pool, { invalidate: () => Promise.resolve(), debts: noDebts });
  const families = Array.from({ length: together }, () => randomUUID());
  const body = randomBytes(400);
  const tokensOf = (grantId: string) => ({
    access: { key: randomBytes(32), expiresAt, grantId, clientId: 'app', body },
    refresh: { key: randomBytes(32), expiresAt, body },
  });
  const rotateAll = async (current: readonly ReturnType<typeof tokensOf>[]) => {
    const next = families.map(tokensOf);
    const rotate = ({ access, refresh }: ReturnType<typeof tokensOf>, index: number) => {
      const successor = next[index] as ReturnType<typeof tokensOf>;
      const { grantId } = access;
      return refreshTokens.rotate({ key: refresh.key, grantId, former: access, ...successor, replay: body, now });
    };
    return { next, rotated: await Promise.all(current.map(rotate)) };
  };
  const yes = families.map(() => true);
  const first = families.map((grantId) => ({
    code: { key: randomBytes(32), expiresAt },
    grantId,
    ...tokensOf(grantId),
  }));
  // Before there are any: this is when the plan is made.
  await database.pool.query('TRUNCATE cardea.consent_grant, cardea.access_token, cardea.refresh_token');
  expect((await rotateAll(first)).rotated).toEqual(yes.map(() => false));
  await database.pool.query(
    `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
      SELECT id, 'app', 'someone', id, '{}', '{}', false, '' FROM unnest($1::uuid[]) AS i(id)`,
    [families],
  );
  const codes = createCodes(database.pool);
  await database.pool.query(
    `INSERT INTO cardea.authorization_code (key, expires_at, grant_id, client_id, body)
      SELECT key, to_timestamp($3), grant_id, 'app', '' FROM unnest($1::bytea[], $2::uuid[]) AS i(key, grant_id)`,
    [first.map(({ code }) => code.key), families, expiresAt],
  );
  expect(await Promise.all(first.map((one) => codes.redeem({ ...one, now })))).toEqual(yes);

  const { next: current, rotated } = await rotateAll(first);
  expect(rotated).toEqual(yes);
  await database.pool.query(
    `INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, used_at, access_key, access_expires_at, body)
      SELECT sha256((grant_id::text || i)::bytea), grant_id, 'app', to_timestamp($2), now(), '', now(), ''
      FROM unnest($1::uuid[]) AS f(grant_id), generate_series(1, $3) AS i`,
    [families, expiresAt, others / together],
  );
  await database.pool.query(
    `INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
      SELECT sha256(i::text::bytea), to_timestamp($1), $3, 'app', '' FROM generate_series(1, $2) AS i`,
    [expiresAt, others, families[0]],
  );
  const tables = ['refresh_token', 'access_token_default'];
  const before = await Promise.all(tables.map(entriesRead));
  expect((await rotateAll(current)).rotated).toEqual(yes);
  const after = await Promise.all(tables.map(entriesRead));
  const read = tables.map((_, index) => (after[index] ?? NaN) - (before[index] ?? NaN));
  expect(read.map((entries) => entries > 0 && entries < 5 * together)).toEqual([true, true]);
});
