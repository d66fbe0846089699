// One bad value of a batch, in a column whose binary form PostgreSQL refuses.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uuidColumn } from '@cardea/service';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createGroupCommit } from './group-commit.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const uuid = '8b1a5d30-2222-4000-8000-0000000000ff';

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
