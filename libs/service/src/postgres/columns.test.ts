// Columns in binary form, as PostgreSQL itself reads them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { bytesColumn, flagColumn, numberColumn, textColumn, uuidColumn } from './columns.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.connect();
});
afterAll(() => database.drop());

const uuid = '8b1a5d30-2222-4000-8000-0000000000ff';

test.each([
  ['no row', textColumn([] as string[], (text) => text), 'text', []],
  [
    'text',
    textColumn(['', 'a,"{}\\', 'naïve ✓ 𝄞', 'NULL', null], (text) => text),
    'text',
    ['', 'a,"{}\\', 'naïve ✓ 𝄞', 'NULL', null],
  ],
  ['half a surrogate pair', textColumn(['a\ud800'], (text) => text), 'text', ['a\ufffd']],
  [
    'bytes',
    bytesColumn([Buffer.from([0, 255]), undefined, Buffer.alloc(0)], (bytes) => bytes),
    'bytea',
    ['\\x00ff', null, '\\x'],
  ],
  [
    'numbers',
    numberColumn([0, -1.5, 1_764_172_800.123, Infinity, null], (number) => number),
    'float8',
    ['0', '-1.5', '1764172800.123', 'Infinity', null],
  ],
  ['flags', flagColumn([true, false, undefined], (flag) => flag), 'boolean', ['true', 'false', null]],
  ['UUIDs', uuidColumn([uuid, null, uuid.toUpperCase()], (id) => id), 'uuid', [uuid, null, uuid]],
])('%s', async (_name, column, type, elements) => {
  const { rows } = await client.query<{ text: string | null }>(
    `SELECT element::text AS text FROM unnest($1::${type}[]) WITH ORDINALITY AS given (element, place) ORDER BY place`,
    [column],
  );
  expect(rows.map(({ text }) => text)).toEqual(elements);
});
