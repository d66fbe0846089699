// Debts that are paid are struck off together, a moment later, and all of them before the process ends.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { Database } from '../storage/database.js';
import { transaction } from '../storage/database.js';
import type { Debts } from './debts.js';
import { createDebts } from './debts.js';

let own: TestDatabase;
let debts: Debts;
let strikes = 0;
beforeAll(async () => {
  own = await createTestDatabase(2);
  const query = (question: string | { name: string }, values?: unknown[]) => {
    if (typeof question !== 'string' && question.name === 'cache_debt_strike') strikes++;
    return own.pool.query(question as string, values);
  };
  debts = createDebts(Object.assign(Object.create(own.pool) as Database, { query }));
});
afterAll(() => own.drop());

const owe = () => transaction(own.pool, (connection) => debts.owe(connection));
const owed = async () => (await own.pool.query('SELECT FROM cardea.cache_debt')).rowCount;

test('three that are paid in a moment are one statement, and who asks waits for it', async () => {
  const ids = [await owe(), await owe(), await owe()];
  for (const id of ids) debts.strike(id);
  await debts.settled();
  expect([await owed(), strikes]).toEqual([0, 1]);
});

test('who ends strikes off at once', async () => {
  const id = await owe();
  strikes = 0;
  debts.strike(id);
  debts.close();
  expect(strikes).toBe(1);
  for (const end = Date.now() + 20_000; (await owed()) !== 0;) expect(Date.now()).toBeLessThan(end);
  debts.close();
  expect(strikes).toBe(1);
});
