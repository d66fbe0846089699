// Columns in binary form, as PostgreSQL itself reads them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { bytesColumn, flagColumn, numberColumn, textColumn, uuidColumn } from './columns.js';
import { createGroupCommit } from './group-commit.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
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
  const { rows } = await database.pool.query<{ text: string | null }>(
    `SELECT element::text AS text FROM unnest($1::${type}[]) WITH ORDINALITY AS given (element, place) ORDER BY place`,
    [column],
  );
  expect(rows.map(({ text }) => text)).toEqual(elements);
});

test('a UUID that is none fails alone, as PostgreSQL would refuse it, not its neighbours of the batch', async () => {
  const read = createGroupCommit<string, string>(database.pool, {
    name: 'columns_test',
    text: 'SELECT id FROM unnest($1::uuid[]) WITH ORDINALITY AS given (id, place) ORDER BY place',
    values: (ids) => [uuidColumn(ids, (id) => id)],
    results: (returned) => returned.map((row) => row['id'] as string),
  });
  const bad = ['', 'not-a-uuid', `${uuid.slice(0, -1)}g`];
  const settled = await Promise.allSettled([uuid, ...bad, uuid].map((id) => read(id)));
  expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual([
    uuid,
    ...['refused', 'refused', 'refused'],
    uuid,
  ]);
});
