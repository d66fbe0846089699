// Rows that travel in one statement are each seen on their own, however the statement ends; batches are counted once each.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TraceSpan } from '@cardea/service';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createGroupCommit } from './group-commit.js';
import type { StorageObserver } from './observe-storage.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Seen {
  readonly observed: StorageObserver;
  /** A row each, in the order in which they began: how it ended. */
  readonly ends: ('fine' | 'failed' | undefined)[];
  readonly batches: number[];
  readonly names: Set<string>;
}

function watch(): Seen {
  const seen = { ends: [] as Seen['ends'], batches: [] as number[], names: new Set<string>() };
  const row = (name: string): TraceSpan => {
    const index = seen.ends.push(undefined) - 1;
    seen.names.add(name);
    return {
      traceparent: '',
      run: (work) => work(),
      end(error) {
        if (seen.ends[index] !== undefined) throw new Error('a row ended twice');
        seen.ends[index] = error === undefined ? 'fine' : 'failed';
      },
    };
  };
  const observed: StorageObserver = {
    row,
    outside: (work) => work(),
    batches: () => (rows) => void seen.batches.push(rows),
  };
  return { ...seen, observed };
}

/** A hundred divided by each row; by zero, PostgreSQL refuses. */
const divide = (seen: Seen) =>
  createGroupCommit<number, number>(Object.assign(database.pool, { observed: seen.observed }), {
    name: 'test_divide',
    text: 'SELECT ord, 100 / divisor AS result FROM unnest($1::int[]) WITH ORDINALITY AS row (divisor, ord) ORDER BY ord',
    values: (rows) => [rows],
    results: (returned) => returned.map(({ result }) => Number(result)),
  });

test('all of a batch that goes well', async () => {
  const seen = watch();
  const ask = divide(seen);
  expect(await Promise.all([1, 2, 4, 5].map((row) => ask(row)))).toEqual([100, 50, 25, 20]);
  expect(seen.ends).toEqual(['fine', 'fine', 'fine', 'fine']);
  expect(seen.batches).toEqual([4]);
  expect([...seen.names]).toEqual(['test_divide']);
});

test('one bad row among good ones ends alone, each of the others fine, and none twice', async () => {
  const seen = watch();
  const ask = divide(seen);
  const results = await Promise.allSettled([1, 0, 4].map((row) => ask(row)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(seen.ends).toEqual(['fine', 'failed', 'fine']);
  // Once together, then one by one.
  expect(seen.batches).toEqual([3, 1, 1, 1]);
});
