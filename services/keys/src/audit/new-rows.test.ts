// PostgreSQL reads rows as they were written, whatever is in them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { entry } from './audit.fixture.js';
import { arrayOfRows, readRowType } from './new-rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('numbers, instants, texts, hashes and nothing at all', async () => {
  const instants = [0, 946_684_799_999, 946_684_800_000, 1_700_000_000_123, 253_402_300_799_999, undefined];
  const texts = ['', 'a', 'naïve "quoted", {client}\\', '\u{1f511}'.repeat(60), '語'.repeat(255), '\ud800'];
  const hashes = ['', '00ff', 'ab'.repeat(32), '01', '02', '03'];
  const entries = texts.map((text, index) =>
    entry(text, { clientId: text, subjectHash: hashes[index] ?? '', expiresAt: instants[index] }),
  );
  const sealed = [undefined, Buffer.alloc(0), Buffer.from('sealed'), undefined, Buffer.alloc(500, 1), undefined];
  // Around a number that needs more than 32 bits.
  const head = { sequence: 2 ** 32 - 3, hash: 'ff'.repeat(32) };
  const given = arrayOfRows(await readRowType(database.client), head, { entries, hashes, sealed });
  const { rows } = await database.client.query(
    'SELECT sequence::float8, previous, hash, client_id, expires_at, subject_hash, sealed FROM unnest($1::cardea_keys_audit.new_row[])',
    [given],
  );
  expect(rows).toEqual(
    texts.map((text, index) => ({
      sequence: head.sequence + 1 + index,
      previous: Buffer.from(hashes[index - 1] ?? head.hash, 'hex'),
      hash: Buffer.from(hashes[index] ?? '', 'hex'),
      // What is no text is no text there either.
      client_id: text === '\ud800' ? '\ufffd' : text,
      expires_at: instants[index] === undefined ? null : new Date(instants[index]),
      subject_hash: Buffer.from(hashes[index] ?? '', 'hex'),
      sealed: sealed[index] ?? null,
    })),
  );
});
