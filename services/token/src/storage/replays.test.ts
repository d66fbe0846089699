// What may be used once is used once by its names alone, whichever process is shown it and however long it would have lasted
// (RFC 7523 §3; security C11, E17).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { prune } from '../jobs/prune.js';
import { openDatabase } from './database.js';
import type { Replays } from './replays.js';
import { createReplays } from './replays.js';

let database: TestDatabase;
let other: ReturnType<typeof openDatabase>;
let processes: readonly Replays[];
beforeAll(async () => {
  database = await createTestDatabase();
  other = openDatabase(database.dsn, quietLog);
  processes = [createReplays(database.pool), createReplays(other)];
});
afterAll(async () => {
  await other.end();
  await database.drop();
});

const now = Math.floor(Date.now() / 1000);
const at = (index: number) => processes[index % processes.length] as Replays;
const fresh = () => ['client assertion', 'app', randomUUID()];

test('C11: of many with one jti at the same moment, each with an expiry of its own, one counts', async () => {
  for (let round = 0; round < 100; round++) {
    const names = fresh();
    const verdicts = await Promise.all(
      Array.from({ length: 12 }, (_, index) => at(index).use({ names, until: now + 60 + index * 3_600 })),
    );
    expect(verdicts.filter(Boolean)).toHaveLength(1);
  }
}, 120_000);

test('in one batch the first of the same counts, and others do not suffer', async () => {
  const [names, another] = [fresh(), fresh()];
  const verdicts = await Promise.all([
    at(0).use({ names, until: now + 60 }),
    at(0).use({ names: another, until: now + 60 }),
    at(0).use({ names, until: now + 600 }),
  ]);
  expect(verdicts).toEqual([true, true, false]);
});

test.each([
  ['the later one came last', 60, 7_200],
  ['the later one came first', 7_200, 60],
])('E17: it is remembered until the later expiry: %s', async (_name, one, other) => {
  const names = fresh();
  const [first, second] = [
    { names, until: now + one },
    { names, until: now + other },
  ];
  expect([await at(0).use(first), await at(1).use(second)]).toEqual([true, false]);
  await prune(database.pool, (now + 7_200) * 1000);
  expect(await at(0).use(second)).toBe(false);
  await prune(database.pool, (now + 7_200 + 3_600) * 1000);
  expect(await at(0).use(second)).toBe(true);
});
