// Retention over a real database: whole segments go, nothing else can, and what is left still proves itself.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TestAudit } from './audit.fixture.js';
import { auditOf, entry, many } from './audit.fixture.js';
import { dropSegment, forgetAnswers, segmentRows } from './retention.js';
import { readRows } from './rows.js';

let database: TestDatabase;
let audit: TestAudit;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  audit = auditOf(database);
  pool = new pg.Pool({ connectionString: database.dsn });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  await pool.end();
  await audit.close();
  await database.drop();
});

const day = 86_400_000;
/** Rows that were signed so many days ago. */
const append = async (name: string, count: number, days: number) => {
  const log = audit.openLog();
  const signedAt = Date.now() - days * day;
  const rest = many(name, count);
  while (rest.length > 0) {
    await Promise.all(rest.splice(0, 5_000).map((id) => log.append(entry(id, { signedAt }), undefined)));
  }
};
const ids = async () => (await readRows(database.client, 0, 100)).map(({ requestId }) => requestId);

test('what is old goes up to the first row that is not; the rest is verified from the checkpoint on', async () => {
  await append('old', 5, 40);
  const anchor = await audit.verify();
  await append('late', 3, 29);
  await append('clock-behind', 2, 45);
  expect(await dropSegment(pool, 30 * day)).toEqual({ sequence: 5, hash: anchor.head, rows: 5 });
  expect(await ids()).toEqual([...many('late', 3), ...many('clock-behind', 2)]);
  expect(await dropSegment(pool, 30 * day)).toBeUndefined();
  expect(await audit.verify(anchor)).toMatchObject({ dropped: 5, rows: 10, broken: undefined, anchored: true });
  // Nobody can say any more whether this one was ever right.
  expect(await audit.verify({ rows: 3, head: '00'.repeat(32) })).toMatchObject({ broken: undefined, anchored: false });
  expect((await audit.verify({ rows: 5, head: '00'.repeat(32) })).broken).toBe(
    'row 5 is not the one that was anchored',
  );
});

test('all of it may go, and the chain goes on where it was', async () => {
  await append('old', 4, 40);
  await dropSegment(pool, 30 * day);
  expect(await ids()).toEqual([]);
  expect(await audit.verify()).toMatchObject({ dropped: 4, rows: 4, broken: undefined });
  await append('new', 2, 0);
  expect(await audit.verify()).toMatchObject({ dropped: 4, rows: 6, broken: undefined });
});

test('a segment that is not full waits a day, so that a quiet installation makes one a day; a full one does not', async () => {
  await append('old', 5, 30.5);
  expect(await dropSegment(pool, 30 * day)).toBeUndefined();
  await append('more', segmentRows, 30.25);
  expect(await dropSegment(pool, 30 * day)).toMatchObject({ sequence: segmentRows, rows: segmentRows });
  expect(await dropSegment(pool, 30 * day)).toBeUndefined();
  expect(await ids()).toEqual(many('more', segmentRows).slice(-5));
  expect((await audit.verify()).broken).toBeUndefined();
});

test('two replicas at once let go of a segment once', async () => {
  await append('old', 5, 40);
  const both = await Promise.all([dropSegment(pool, 30 * day), dropSegment(pool, 30 * day)]);
  expect(both.filter((dropped) => dropped !== undefined)).toHaveLength(1);
  expect((await database.client.query('SELECT FROM cardea_keys_audit.checkpoint')).rowCount).toBe(1);
});

test('only rows behind a checkpoint can be deleted, and a checkpoint closes what is there', async () => {
  await append('old', 5, 40);
  await append('new', 5, 0);
  await dropSegment(pool, 30 * day);
  const run = (statement: string) => database.client.query(statement);
  const only = 'only grows';
  await expect(run('DELETE FROM cardea_keys_audit.signature WHERE sequence = 6')).rejects.toThrow(only);
  await expect(run('DELETE FROM cardea_keys_audit.checkpoint')).rejects.toThrow(only);
  await expect(run('UPDATE cardea_keys_audit.checkpoint SET sequence = 9')).rejects.toThrow(only);
  await expect(
    run(`INSERT INTO cardea_keys_audit.checkpoint (sequence, hash, rows) VALUES (9, '\\x00', 4)`),
  ).rejects.toThrow('closes a segment at a row');
  expect(await ids()).toHaveLength(5);
});

test('a checkpoint that was forged or taken away is noticed', async () => {
  await append('old', 5, 40);
  await append('new', 5, 0);
  await dropSegment(pool, 30 * day);
  await audit.tamper(`UPDATE cardea_keys_audit.checkpoint SET hash = '\\x00'`);
  expect((await audit.verify()).broken).toBe('row 6 does not follow the row before it');
  await audit.tamper('DELETE FROM cardea_keys_audit.checkpoint');
  expect((await audit.verify()).broken).toBe('row 1 is missing');
});

test('answers are forgotten when nobody can ask for them again, and not before', async () => {
  await append('one', 3, 0);
  await database.client.query(
    `UPDATE cardea_keys_audit.answer SET recorded_at = now() - interval '11 minutes' WHERE request_id <> 'one-1'`,
  );
  // Two parts, and a third in which there is nothing more.
  await forgetAnswers(pool, 1);
  const { rows } = await database.client.query('SELECT request_id FROM cardea_keys_audit.answer');
  expect(rows).toEqual([{ request_id: 'one-1' }]);
});
