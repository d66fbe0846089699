// The walk along the chain: whatever somebody who owns the tables does to a row, the first broken one is named.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TestAudit } from './audit.fixture.js';
import { auditOf, chained, entry, many } from './audit.fixture.js';
import type { AuditRow } from './chain.js';
import { brokenBecause, noRow } from './chain.js';
import { readHead } from './rows.js';

let database: TestDatabase;
let audit: TestAudit;

beforeAll(async () => {
  database = await createTestDatabase();
  audit = auditOf(database);
  await database.client.query(
    'CREATE TABLE end_before AS TABLE cardea_keys_audit.head; CREATE TABLE rows_before AS TABLE cardea_keys_audit.signature',
  );
});
afterEach(async () => {
  await audit.close();
  await restore();
});
afterAll(() => database.drop());

const table = 'cardea_keys_audit.signature';
const fill = async () => {
  const log = audit.openLog();
  await Promise.all(many('id', 20).map((id) => log.append(entry(id), undefined)));
};
/** As the log was when it had nothing to hide. */
const restore = () =>
  audit.tamper(
    ...[`DELETE FROM ${table}`, `INSERT INTO ${table} TABLE rows_before`, 'DELETE FROM cardea_keys_audit.answer'],
    'UPDATE cardea_keys_audit.head h SET sequence = b.sequence, hash = b.hash FROM end_before b',
  );
const hex = (digits: string) => `'\\x${digits}'`;
const zero = { sequence: 0, hash: noRow };

test('finds nothing in a log that is as it was written, empty or not', async () => {
  expect(await audit.verify()).toMatchObject({ dropped: 0, rows: 0, head: '00'.repeat(32), broken: undefined });
  await fill();
  const { hash } = await readHead(database.client);
  expect(await audit.verify()).toMatchObject({ dropped: 0, rows: 20, head: hash, broken: undefined });
});

describe('names', () => {
  const copied = (from: number, to: number) =>
    `INSERT INTO ${table} SELECT ${String(to)}, previous, hash, signed_at, caller, 'inserted', purpose, kid, algorithm,
       input_hash, token_id, client_id, expires_at FROM ${table} WHERE sequence = ${String(from)}`;
  const columns = ['caller', 'request_id', 'purpose', 'kid', 'algorithm', 'token_id', 'client_id', 'reason'];
  const edits = columns.map((name): [string, string[], string] => [
    `an edited ${name}`,
    [`UPDATE ${table} SET ${name} = ${name} || 'x' WHERE sequence = 7`],
    'row 7 was changed',
  ]);
  const moved = (by: string) => `UPDATE ${table} SET sequence = ${by}`;
  test.each<[string, string[], string]>([
    ...edits,
    [
      'an edited instant',
      [`UPDATE ${table} SET signed_at = signed_at + interval '1 ms' WHERE sequence = 7`],
      'row 7 was changed',
    ],
    ['an edited expiry', [`UPDATE ${table} SET expires_at = NULL WHERE sequence = 7`], 'row 7 was changed'],
    ['an edited outcome', [`UPDATE ${table} SET outcome = 'failed' WHERE sequence = 7`], 'row 7 was changed'],
    ['an edited subject', [`UPDATE ${table} SET subject_hash = '' WHERE sequence = 7`], 'row 7 was changed'],
    ['an edited input', [`UPDATE ${table} SET input_hash = '' WHERE sequence = 7`], 'row 7 was changed'],
    ['an edited hash', [`UPDATE ${table} SET hash = previous WHERE sequence = 7`], 'row 7 was changed'],
    [
      'an edited link',
      [`UPDATE ${table} SET previous = hash WHERE sequence = 7`],
      'row 7 does not follow the row before it',
    ],
    ['a row taken out', [`DELETE FROM ${table} WHERE sequence = 7`], 'row 7 is missing'],
    ['the first row taken out', [`DELETE FROM ${table} WHERE sequence = 1`], 'row 1 is missing'],
    ['the last row taken out', [`DELETE FROM ${table} WHERE sequence = 20`], 'row 20 is missing'],
    ['the tail taken out', [`DELETE FROM ${table} WHERE sequence > 12`], 'row 13 is missing'],
    ['all of it taken out', [`DELETE FROM ${table}`], 'row 1 is missing'],
    [
      'a row taken out and the gap closed',
      [
        `DELETE FROM ${table} WHERE sequence = 7`,
        `${moved('-sequence')} WHERE sequence > 7`,
        `${moved('-sequence - 1')} WHERE sequence < 0`,
      ],
      'row 7 does not follow the row before it',
    ],
    [
      'two rows that changed places',
      [`${moved('-sequence')} WHERE sequence IN (7, 8)`, `${moved('15 + sequence')} WHERE sequence < 0`],
      'row 7 does not follow the row before it',
    ],
    [
      'a row put in between',
      [`${moved('-sequence')} WHERE sequence > 7`, `${moved('1 - sequence')} WHERE sequence < 0`, copied(7, 8)],
      'row 8 does not follow the row before it',
    ],
    ['a row put before the first', [copied(1, 0)], 'row 0 was added: it is among those that were let go'],
    ['a copy put behind the last', [copied(20, 21)], 'row 21 does not follow the row before it'],
    ['an end that was moved back', ['UPDATE cardea_keys_audit.head SET sequence = 19'], 'row 20 was added'],
    ['an end that was moved on', ['UPDATE cardea_keys_audit.head SET sequence = 21'], 'row 21 is missing'],
  ])('%s', async (_name, statements, broken) => {
    await fill();
    await audit.tamper(...statements);
    expect((await audit.verify()).broken).toBe(broken);
  });

  test('a row that was forged to follow the last', async () => {
    await fill();
    const [row] = chained(await readHead(database.client), [entry('forged')]) as [AuditRow];
    await audit.tamper(
      copied(20, 21),
      `UPDATE ${table} SET request_id = 'forged', token_id = 'jti-forged',
      previous = ${hex(row.previous)}, hash = ${hex(row.hash)}, subject_hash = ${hex(row.subjectHash)} WHERE sequence = 21`,
    );
    expect((await audit.verify()).broken).toBe('row 21 was added');
  });
});

test('an anchor tells a log that was cut short, and one written anew, from the one it was', async () => {
  await fill();
  const { rows, head } = await audit.verify();
  expect(await audit.verify({ rows, head })).toMatchObject({ broken: undefined, anchored: true });
  expect((await audit.verify({ rows: 21, head })).broken).toBe('row 21 is missing');

  const forged = chained(
    zero,
    many('id', 20).map((id) => entry(id, { clientId: 'forged' })),
  );
  for (const row of forged) {
    await audit.tamper(
      `UPDATE ${table} SET client_id = 'forged', previous = ${hex(row.previous)}, hash = ${hex(row.hash)}
        WHERE sequence = ${String(row.sequence)}`,
    );
  }
  const end = ({ sequence, hash }: AuditRow) =>
    `UPDATE cardea_keys_audit.head SET sequence = ${String(sequence)}, hash = ${hex(hash)}`;
  await audit.tamper(end(forged[19]!));
  expect((await audit.verify()).broken).toBeUndefined();
  expect((await audit.verify({ rows, head })).broken).toBe('row 20 is not the one that was anchored');
  await audit.tamper(`DELETE FROM ${table} WHERE sequence > 12`, end(forged[11]!));
  expect((await audit.verify()).broken).toBeUndefined();
  expect((await audit.verify({ rows, head })).broken).toBe('row 13 is missing');
});

test('every member of a row is covered by its hash, in rows that say all and in plain ones', () => {
  const head = { sequence: 4, hash: '01'.repeat(32) };
  const words = ['caller', 'requestId', 'purpose', 'kid', 'algorithm', 'tokenId', 'clientId', 'reason'];
  const changes: Record<string, unknown> = {
    ...Object.fromEntries(words.map((name) => [name, 'x'])),
    ...{ signedAt: 1, expiresAt: 1, sequence: 6, outcome: 'failed' },
    ...{ inputHash: '00', subjectHash: '00', hash: noRow, previous: noRow },
  };
  for (const said of [entry('one'), entry('one', { subjectHash: '' })]) {
    const [row] = chained(head, [said]) as [AuditRow];
    expect(brokenBecause(head, row)).toBeUndefined();
    for (const [name, value] of Object.entries(changes)) {
      expect([name, brokenBecause(head, { ...row, [name]: value })]).toEqual([name, expect.any(String)]);
    }
    expect(Object.keys(changes).sort()).toEqual(Object.keys(row).sort());
  }
});

test('rows from before attempts and subjects were kept still have the hashes they had', () => {
  const [row] = chained(zero, [entry('one', { subjectHash: '' })]) as [AuditRow];
  // Of the release that wrote thirteen columns.
  expect(row.hash).toBe('7f5e428f9d90b6e3c6e706ccd20ddd7eae9ea709e5db5c1bc8f1980d8b49dc48');
});
