// Arrays in binary form, as PostgreSQL itself reads them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { needed } from '../database.fixture.js';
import { bytesArray, hexArray, instantArray, integerArray, textArray } from './binary-arrays.js';

let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: needed('CARDEA_TEST_DSN') });
  await client.connect();
});
afterAll(() => client.end());

/** What PostgreSQL takes it for. */
const read = async (array: Buffer, type: string) =>
  (
    await client.query<{ text: string | null }>(
      `SELECT element::text AS text FROM unnest($1::${type}[]) WITH ORDINALITY AS given (element, place) ORDER BY place`,
      [array],
    )
  ).rows.map(({ text }) => text);

test.each([
  ['no element', textArray([]), 'text', []],
  ['text', textArray(['', 'a,"{}\\', 'naïve ✓ 𝄞', 'NULL']), 'text', ['', 'a,"{}\\', 'naïve ✓ 𝄞', 'NULL']],
  ['half a surrogate pair', textArray(['a\ud800']), 'text', ['a\ufffd']],
  ['hexadecimal', hexArray(['', '00ff', 'ab'.repeat(40)]), 'bytea', ['\\x', '\\x00ff', `\\x${'ab'.repeat(40)}`]],
  ['bytes', bytesArray([Buffer.from([0, 255]), undefined, new Uint8Array(0)]), 'bytea', ['\\x00ff', null, '\\x']],
  [
    'integers',
    integerArray([0, -1, 1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER]),
    'bigint',
    ['0', '-1', '1', '4294967295', '4294967296', '-4294967297', '9007199254740991'],
  ],
])('%s', async (_name, array, type, elements) => {
  expect(await read(array, type)).toEqual(elements);
});

test('instants, before 2000 and after', async () => {
  const instants = [0, 946_684_799_999, 946_684_800_000, 1_700_000_000_123, 253_402_300_799_999];
  const { rows } = await client.query<{ at: Date | null }>(
    'SELECT at FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given (at, place) ORDER BY place',
    [instantArray([...instants, undefined])],
  );
  expect(rows.map(({ at }) => at?.getTime())).toEqual([...instants, undefined]);
});
