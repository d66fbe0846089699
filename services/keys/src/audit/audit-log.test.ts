// The audit log over a real database: no signature without its row, one chain whoever writes, and no change goes unseen.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, newKek, quietLog, sealedConfig } from '../database.fixture.js';
import type { AuditLog } from './audit-log.js';
import { openAuditLog } from './audit-log.js';
import type { AuditEntry } from './chain.js';
import { brokenBecause, chained } from './chain.js';
import { readHead, readRows } from './rows.js';
import type { Anchor } from './verify.js';
import { verifyAudit } from './verify.js';

let database: TestDatabase;
const open: AuditLog[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
  await database.drop();
});

const openLog = () => {
  const log = openAuditLog(database.dsn, quietLog);
  open.push(log);
  return log;
};
const entry = (requestId: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ signedAt: 1_700_000_000_123, caller: 'spiffe://cardea/token', requestId, purpose: 'id_token', kid: 'k' },
  ...{ algorithm: 'ES256', inputHash: Buffer.alloc(32, 7), tokenId: `jti-${requestId}`, clientId: 'app' },
  expiresAt: 1_700_000_360_000,
  ...change,
});
const many = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${String(index)}`);
const verify = (anchor?: Anchor) => verifyAudit(sealedConfig(database.dsn, [newKek()]), anchor);
/** As somebody who owns the tables could. */
const tamper = async (statement: string) => {
  await database.client.query('ALTER TABLE cardea_keys_audit.signature DISABLE TRIGGER append_only');
  await database.client.query(statement);
  await database.client.query('ALTER TABLE cardea_keys_audit.signature ENABLE TRIGGER append_only');
};

test('what was appended is there when it settles, as it was said', async () => {
  const said = entry('one', { expiresAt: undefined, clientId: 'naïve "quoted", {client}\\' });
  await openLog().append(said);
  const [row] = await readRows(database.client, 0, 10);
  expect(row).toMatchObject(said);
  expect(row?.sequence).toBe(1);
});

test('rows that arrive together are committed together, in their order', async () => {
  const log = openLog();
  const ids = many('id', 300);
  await Promise.all(ids.map((id) => log.append(entry(id))));
  expect((await readRows(database.client, 0, 500)).map(({ requestId }) => requestId)).toEqual(ids);
  const { rows } = await database.client.query('SELECT DISTINCT xmin::text FROM cardea_keys_audit.signature');
  expect(rows.length).toBeLessThanOrEqual(3);
});

test('several writers make one chain', async () => {
  const logs = [openLog(), openLog(), openLog()];
  for (const round of many('round', 5)) {
    const ids = many(round, 20);
    await Promise.all(logs.flatMap((log, index) => ids.map((id) => log.append(entry(`${id}-${String(index)}`)))));
  }
  expect(await verify()).toMatchObject({ rows: 300, broken: undefined });
});

test('a request id has one row, whoever writes, and its neighbours in a batch have theirs', async () => {
  const [one, other] = [openLog(), openLog()];
  await one.append(entry('used'));
  const outcomes = await Promise.allSettled(['a', 'used', 'b', 'c', 'c'].map((id) => other.append(entry(id))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected']);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'conflict' } });
  expect((await readRows(database.client, 0, 10)).map(({ requestId }) => requestId)).toEqual(['used', 'a', 'b', 'c']);
  expect((await verify()).broken).toBeUndefined();
});

test('while it cannot be written, nothing settles well; afterwards it goes on', async () => {
  const log = openLog();
  await log.append(entry('before'));
  await database.admit(false);
  const unavailable = { code: 'temporarily_unavailable' };
  await expect(log.append(entry('lost'))).rejects.toMatchObject(unavailable);
  await expect(log.reachable()).rejects.toThrow('cannot be recorded');
  await database.admit(true);
  await log.append(entry('after'));
  await expect(log.reachable()).resolves.toBeUndefined();
  expect((await readRows(database.client, 0, 10)).map(({ requestId }) => requestId)).toEqual(['before', 'after']);
});

test('without its tables it says what to run', async () => {
  await database.client.query('DROP SCHEMA cardea_keys_audit CASCADE');
  await expect(openLog().reachable()).rejects.toThrow('cardea migrate up');
});

test.each([
  `UPDATE cardea_keys_audit.signature SET kid = 'other'`,
  'DELETE FROM cardea_keys_audit.signature',
  'TRUNCATE cardea_keys_audit.signature',
])('refuses %s', async (statement) => {
  await openLog().append(entry('one'));
  await expect(database.client.query(statement)).rejects.toThrow('only grows');
});

describe('a walk along the chain', () => {
  const table = 'cardea_keys_audit.signature';
  const fill = async () => {
    const log = openLog();
    await Promise.all(many('id', 20).map((id) => log.append(entry(id))));
  };

  test('finds nothing in a log that is as it was written, empty or not', async () => {
    expect(await verify()).toEqual({ rows: 0, head: '00'.repeat(32), broken: undefined });
    await fill();
    const { hash } = await readHead(database.client);
    expect(await verify()).toEqual({ rows: 20, head: hash.toString('hex'), broken: undefined });
  });

  test.each<[string, string, RegExp]>([
    ['a changed row', `UPDATE ${table} SET client_id = 'x' WHERE sequence = 7`, /row 7 was changed/],
    ['a changed instant', `UPDATE ${table} SET signed_at = signed_at + interval '1 s' WHERE sequence = 7`, /row 7 was/],
    ['a changed hash', `UPDATE ${table} SET hash = previous WHERE sequence = 7`, /row 7 was changed/],
    ['a row taken out', `DELETE FROM ${table} WHERE sequence = 7`, /row 7 is missing/],
    ['the first row taken out', `DELETE FROM ${table} WHERE sequence = 1`, /row 1 is missing/],
    ['the last row taken out', `DELETE FROM ${table} WHERE sequence = 20`, /row 20 is missing/],
    ['all of it taken out', `DELETE FROM ${table}`, /row 20 is missing/],
  ])('names %s', async (_name, statement, broken) => {
    await fill();
    await tamper(statement);
    expect((await verify()).broken).toMatch(broken);
  });

  test('tells a log written anew from the one that was anchored', async () => {
    await fill();
    const { rows, head } = await verify();
    expect((await verify({ rows, head })).broken).toBeUndefined();
    const zero = { sequence: 0, hash: Buffer.alloc(32) };
    const forged = chained(
      zero,
      many('id', 20).map((id) => entry(id, { clientId: 'forged' })),
    );
    for (const row of forged) {
      await tamper(
        `UPDATE ${table} SET client_id = 'forged', previous = '\\x${row.previous.toString('hex')}',
                hash = '\\x${row.hash.toString('hex')}' WHERE sequence = ${String(row.sequence)}`,
      );
    }
    await database.client.query('UPDATE cardea_keys_audit.head SET hash = $1', [forged.at(-1)?.hash]);
    expect((await verify()).broken).toBeUndefined();
    expect((await verify({ rows, head })).broken).toBe('row 20 is not the one that was anchored');
    expect((await verify({ rows: 21, head })).broken).toBe('row 21 is missing');
  });
});

test('every member of a row is covered by its hash', () => {
  const head = { sequence: 4, hash: Buffer.alloc(32, 1) };
  const [row] = chained(head, [entry('one')]);
  expect(brokenBecause(head, row!)).toBeUndefined();
  const changes = {
    ...{
      signedAt: 1,
      caller: 'x',
      requestId: 'x',
      purpose: 'x',
      kid: 'x',
      algorithm: 'x',
      tokenId: 'x',
      clientId: 'x',
    },
    ...{
      inputHash: Buffer.alloc(32),
      expiresAt: undefined,
      hash: Buffer.alloc(32),
      previous: Buffer.alloc(32),
      sequence: 6,
    },
  };
  for (const [name, value] of Object.entries(changes)) {
    expect([name, brokenBecause(head, { ...row!, [name]: value })]).toEqual([name, expect.any(String)]);
  }
  expect(Object.keys(changes).sort()).toEqual(Object.keys(row!).sort());
});
