// Which grants are worthless, and that a table full of them empties.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { pruneGrants } from './prune-grants.js';

const now = Date.now();
const hours = 3_600_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Grant {
  readonly age?: number;
  readonly remember?: boolean;
  readonly until?: number;
  readonly skipped?: boolean;
  readonly revoked?: boolean;
}

const add = async (grant: Grant = {}) => {
  const { age = 48 * hours, remember = false, until, skipped = false, revoked = false } = grant;
  const ids = { id: randomUUID(), sessionId: randomUUID() };
  await database.pool.query(
    `INSERT INTO cardea.consent_grant
      (id, client_id, subject, session_id, scopes, audience, remember, remember_until, skipped, revoked_at, created_at, body)
      VALUES ($1, 'app', 's', $2, '{}', '{}', $3, coalesce(to_timestamp($4), 'infinity'), $5,
        CASE WHEN $6::boolean THEN now() END, to_timestamp($7), '')`,
    [ids.id, ids.sessionId, remember, until === undefined ? null : until / 1000, skipped, revoked, (now - age) / 1000],
  );
  return ids;
};
const exists = async (id: string) =>
  (await database.pool.query('SELECT 1 FROM cardea.consent_grant WHERE id = $1', [id])).rowCount === 1;

test.each<[string, Grant, boolean]>([
  ['not remembered', {}, false],
  ['not remembered, of today', { age: 23 * hours }, true],
  ['remembered for ever', { remember: true }, true],
  ['remembered still', { remember: true, until: now + hours }, true],
  ['remembered no longer', { remember: true, until: now - hours }, false],
  ['resting on an earlier one', { remember: true, skipped: true }, false],
  ['revoked', { remember: true, revoked: true }, false],
])('J10: %s: kept %j', async (_name, grant, kept) => {
  const { id } = await add(grant);
  await pruneGrants(database.pool, now);
  expect(await exists(id)).toBe(kept);
});

test('a token or a login that comes of it keeps a grant', async () => {
  const { pool } = database;
  const refreshed = await add();
  await pool.query(
    `INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, access_key, access_expires_at, body)
      VALUES ('r', $1, 'app', 'infinity', '', now(), '')`,
    [refreshed.id],
  );
  const opened = await add();
  await pool.query(
    `INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
      VALUES ('a', now() + interval '300 days', $1, 'app', '')`,
    [opened.id],
  );
  const loggedIn = await add();
  await pool.query(
    `INSERT INTO cardea.login_session (id, subject, authenticated_at, remember, expires_at)
      VALUES ($1, 's', now(), true, now() + interval '1 hour')`,
    [loggedIn.sessionId],
  );
  await pruneGrants(database.pool, now);
  for (const { id } of [refreshed, opened, loggedIn]) expect(await exists(id)).toBe(true);
});

test('J10: thousands of worthless grants go in one round', async () => {
  await database.pool.query(
    `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, created_at, body)
      SELECT gen_random_uuid(), 'app', 's', gen_random_uuid(), '{}', '{}', false, now() - interval '3 days', ''
      FROM generate_series(1, 3500)`,
  );
  expect(await pruneGrants(database.pool, now)).toBe(3_500);
});
