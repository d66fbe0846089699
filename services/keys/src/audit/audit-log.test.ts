// The audit log over a real database: no signature without its row, one chain whoever writes, one answer to a request.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TestAudit } from './audit.fixture.js';
import { auditOf, entry, many } from './audit.fixture.js';
import { readRows } from './rows.js';
import { createSilentProxy } from './silent-proxy.fixture.js';

let database: TestDatabase;
let audit: TestAudit;

beforeEach(async () => {
  database = await createTestDatabase();
  audit = auditOf(database);
});
afterEach(async () => {
  await audit.close();
  await database.drop();
});

const openLog = () => audit.openLog();
const sealed = Buffer.from('sealed');

test('what was appended is there when it settles, as it was said', async () => {
  const said = entry('one', {
    expiresAt: undefined,
    clientId: 'naïve "quoted", {client}\\',
    subjectHash: '',
  });
  expect(await openLog().append(said, sealed)).toBeUndefined();
  const [row] = await readRows(database.client, 0, 10);
  expect(row).toMatchObject(said);
  expect(row?.sequence).toBe(1);
});

test('rows that arrive together are committed together, in their order', async () => {
  const log = openLog();
  const ids = many('id', 300);
  await Promise.all(ids.map((id) => log.append(entry(id), sealed)));
  expect((await readRows(database.client, 0, 500)).map(({ requestId }) => requestId)).toEqual(ids);
  const { rows } = await database.client.query('SELECT DISTINCT xmin::text FROM cardea_keys_audit.signature');
  expect(rows.length).toBeLessThanOrEqual(3);
});

test('several writers make one chain', async () => {
  const logs = [openLog(), openLog(), openLog()];
  for (const round of many('round', 5)) {
    const ids = many(round, 20);
    await Promise.all(
      logs.flatMap((log, index) => ids.map((id) => log.append(entry(`${id}-${String(index)}`), undefined))),
    );
  }
  expect(await audit.verify()).toMatchObject({ rows: 300, broken: undefined });
});

test('a writer that stands still in the middle of its commit holds up no other for long', async () => {
  const proxy = await createSilentProxy(database.dsn, 'FOR UPDATE');
  const [still, other] = [audit.openLog(proxy.dsn), openLog()];
  await still.append(entry('one'), sealed);
  await other.append(entry('two'), sealed);
  // The chain has gone on: it locks its end to go on from there, and is never heard of again.
  const lost = expect(still.append(entry('three'), sealed)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  const holding = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`;
  while ((await database.client.query(holding)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await other.append(entry('four'), sealed)).toBeUndefined();
  await lost;
  proxy.close();
  expect((await readRows(database.client, 0, 10)).map(({ requestId }) => requestId)).toEqual(['one', 'two', 'four']);
});

test('a request id has one row, whoever writes; who comes later gets the first answer, and its neighbours their rows', async () => {
  const [one, other] = [openLog(), openLog()];
  const first = { kid: 'first', inputHash: '01'.repeat(32) };
  await one.append(entry('used', first), sealed);
  const answers = await Promise.all(['a', 'used', 'b', 'c', 'c'].map((id) => other.append(entry(id), undefined)));
  const again = { kid: 'k', inputHash: '07'.repeat(32), sealed: undefined };
  expect(answers).toEqual([undefined, { ...first, sealed }, undefined, undefined, again]);
  expect((await readRows(database.client, 0, 10)).map(({ requestId }) => requestId)).toEqual(['used', 'a', 'b', 'c']);
  expect((await audit.verify()).broken).toBeUndefined();
});

test('races of writers for the same ids: one row an id, and all are told of the same answer', async () => {
  const logs = [openLog(), openLog()];
  for (const round of many('round', 30)) {
    const ids = many(round, 4);
    const told = await Promise.all(
      ids.flatMap((id) =>
        logs.map(async (log, index) => (await log.append(entry(id), Buffer.from([index])))?.sealed?.[0]),
      ),
    );
    // Of each two, one wrote and the other was told so.
    for (let pair = 0; pair < told.length; pair += 2) {
      expect([
        [undefined, 0],
        [1, undefined],
      ]).toContainEqual([told[pair], told[pair + 1]]);
    }
  }
  const { rows } = await database.client.query(
    'SELECT count(*)::int AS all, count(DISTINCT request_id)::int AS ids FROM cardea_keys_audit.signature',
  );
  expect(rows).toEqual([{ all: 120, ids: 120 }]);
  expect((await audit.verify()).broken).toBeUndefined();
});

test('attempts that came to nothing have rows, as often as they come, beside the signatures', async () => {
  const log = openLog();
  const refused = entry('again', { outcome: 'refused', reason: 'The signer refuses: it.', inputHash: '' });
  log.note(refused);
  log.note(refused);
  await log.append(entry('again'), sealed);
  expect((await readRows(database.client, 0, 10)).map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['refused', 'The signer refuses: it.'],
    ['refused', 'The signer refuses: it.'],
    ['signed', ''],
  ]);
  expect((await audit.verify()).broken).toBeUndefined();
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
  await openLog().append(entry('one'), sealed);
  await expect(database.client.query(statement)).rejects.toThrow('only grows');
});

describe('what cannot be written is withheld', () => {
  const unavailable = { code: 'temporarily_unavailable' };
  const written = async () => (await readRows(database.client, 0, 10)).map(({ requestId }) => requestId);

  test('while nobody is let in, and afterwards it goes on', async () => {
    const log = openLog();
    await log.append(entry('before'), sealed);
    await database.admit(false);
    await expect(log.append(entry('lost'), sealed)).rejects.toMatchObject(unavailable);
    await expect(log.reachable()).rejects.toThrow('cannot be recorded');
    await database.admit(true);
    await log.append(entry('after'), sealed);
    await expect(log.reachable()).resolves.toBeUndefined();
    expect(await written()).toEqual(['before', 'after']);
  });

  test.each(['signature', 'answer', 'head'])('when the table %s refuses', async (table) => {
    const log = openLog();
    await database.client.query(`
      CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON cardea_keys_audit.${table}
        FOR EACH ROW EXECUTE FUNCTION full_disk()`);
    const both = await Promise.allSettled([log.append(entry('a'), sealed), log.append(entry('b'), sealed)]);
    expect(both).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
    await database.client.query(`DROP TRIGGER full_disk ON cardea_keys_audit.${table}`);
    expect(await written()).toEqual([]);
    await log.append(entry('a'), sealed);
    expect(await written()).toEqual(['a']);
    expect((await audit.verify()).broken).toBeUndefined();
  });

  test('when another session locks the end of the chain and does not let go', async () => {
    const log = openLog();
    await log.append(entry('before'), sealed);
    await database.client.query('BEGIN; SELECT * FROM cardea_keys_audit.head FOR UPDATE');
    await expect(log.append(entry('lost'), sealed)).rejects.toMatchObject({ ...unavailable, cause: { code: '55P03' } });
    await database.client.query('COMMIT');
    await log.append(entry('after'), sealed);
    expect(await written()).toEqual(['before', 'after']);
  });

  test('when its connection is killed in the middle of a statement', async () => {
    const log = openLog();
    await log.append(entry('before'), sealed);
    await database.client.query('BEGIN');
    await database.client.query('SELECT * FROM cardea_keys_audit.head FOR UPDATE');
    const lost = expect(log.append(entry('lost'), sealed)).rejects.toMatchObject(unavailable);
    const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'cardea-keys-audit' AND wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await database.client.query(waiting)).rowCount === 0);
    await lost;
    await database.client.query('COMMIT');
    await log.append(entry('after'), sealed);
    expect(await written()).toEqual(['before', 'after']);
    expect((await audit.verify()).broken).toBeUndefined();
  });
});
