// The record as token services read it: settled signatures in order, from any place on, and whether it is still the same record.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CallContext, signatureRecordV1 } from '@cardea/rpc';
import pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TestAudit } from './audit.fixture.js';
import { auditOf, entry, many } from './audit.fixture.js';
import type { AuditEntry } from './chain.js';
import { signatureRecordHandlers } from './list-signatures.js';
import { dropSegment } from './retention.js';

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

const call: CallContext = {
  deadline: Infinity,
  signal: new AbortController().signal,
  caller: undefined,
  traceparent: '',
};
const list = (change: Partial<signatureRecordV1.ListSignaturesRequest> = {}) =>
  signatureRecordHandlers(pool).listSignatures(
    { afterSequence: 0, afterHash: Buffer.alloc(0), limit: 100, settledSeconds: 60, ...change },
    call,
  );
const append = async (ids: readonly string[], change: Partial<AuditEntry> = {}) => {
  const log = audit.openLog();
  await Promise.all(ids.map((id) => log.append(entry(id, change), undefined)));
};
const sequences = ({ signatures }: signatureRecordV1.ListSignaturesResponse) =>
  signatures.map(({ sequence }) => sequence);

test('gives settled signatures in order, page by page, and passes over attempts and attestations', async () => {
  await append(many('a', 4));
  const log = audit.openLog();
  log.note(entry('refused', { outcome: 'refused', reason: 'no' }));
  await log.append(entry('b'), undefined);
  await append(['attested'], { purpose: 'attestation' });
  await append(['young'], { signedAt: Date.now() });
  await append(['behind the young']);

  const first = await list({ limit: 3 });
  expect(first).toMatchObject({ recording: true, continues: true, nextSequence: 3, more: true });
  expect(first.signatures[0]).toEqual({
    ...{ sequence: 1, signedAt: new Date(1_700_000_000_123), caller: 'spiffe://cardea/token', requestId: 'a-0' },
    ...{ purpose: 'id_token', keyId: 'k', tokenId: 'jti-a-0', clientId: 'app' },
  });
  const second = await list({ limit: 3, afterSequence: 3, afterHash: first.nextHash });
  expect([sequences(second), second.nextSequence, second.more]).toEqual([[4, 6], 6, true]);
  const third = await list({ limit: 3, afterSequence: 6, afterHash: second.nextHash });
  expect(third).toMatchObject({ signatures: [], nextSequence: 7, more: false });
  expect(sequences(await list({ settledSeconds: 0, afterSequence: 6 }))).toEqual([8, 9]);
});

test('what is compared with nothing holds up nothing: attempts of a replica whose clock is ahead, what the signer says of itself', async () => {
  await append(['before']);
  const ahead = { signedAt: Date.now() + 3_600_000 };
  await append(['refused'], { ...ahead, outcome: 'refused', reason: 'iat is too far from its clock' });
  await append(['attested'], { ...ahead, purpose: 'attestation' });
  await append(['behind']);
  expect(await list()).toMatchObject({
    signatures: [{ requestId: 'before' }, { requestId: 'behind' }],
    nextSequence: 4,
  });
});

test('tells where it ends, so that one can begin there', async () => {
  expect(await list({ afterSequence: -1 })).toMatchObject({ signatures: [], nextSequence: 0 });
  await append(many('a', 3));
  await append(['young'], { signedAt: Date.now() });
  const end = await list({ afterSequence: -1 });
  expect(end).toMatchObject({ signatures: [], nextSequence: 3, more: false });
  expect(end.nextHash).toHaveLength(32);
});

test('tells a record that was cut short or written anew from one whose old rows were let go', async () => {
  await append(many('a', 5));
  const { nextSequence: afterSequence, nextHash: afterHash } = await list();
  expect((await list({ afterSequence, afterHash })).continues).toBe(true);
  expect((await list({ afterSequence, afterHash: Buffer.alloc(32) })).continues).toBe(false);
  await append(many('b', 2));
  const third = await list({ limit: 3 });
  await dropSegment(pool, 1000);
  expect((await list({ afterSequence: 3, afterHash: third.nextHash })).continues).toBe(true);
  await append(['c']);
  expect(await list({ afterSequence: 7 })).toMatchObject({ continues: true, nextSequence: 8 });
  const { nextHash } = await list();
  await audit.tamper('DELETE FROM cardea_keys_audit.signature WHERE sequence = 8');
  expect((await list({ afterSequence: 8, afterHash: nextHash })).continues).toBe(false);
});

test('without a record it says so; a record that cannot be read is no empty one', async () => {
  const nothing = signatureRecordHandlers(undefined).listSignatures(
    { afterSequence: 0, afterHash: Buffer.alloc(0), limit: 1, settledSeconds: 0 },
    call,
  );
  expect(await nothing).toMatchObject({ recording: false, continues: true, signatures: [], more: false });
  await database.client.query('DROP SCHEMA cardea_keys_audit CASCADE');
  await expect(list()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
});
