// A service in another time than PostgreSQL: it does not start, or says nothing until its clock is right (security F20).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CallContext, ServedService } from '@cardea/rpc';
import { watchClock } from './clock-watch.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';

let database: TestDatabase;
let connection: Awaited<ReturnType<TestDatabase['connect']>>;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = await database.connect();
});
afterAll(() => database.drop());

const nobody = () => undefined;
const quietLog = { debug: nobody, info: nobody, warn: nobody, error: nobody };

/** A host whose clock can be moved, and the check that was added. */
function movable() {
  const clock = { ahead: 0 };
  const probes = new Map<string, () => Promise<void>>();
  const checks = {
    add: (name: string, probe: () => Promise<void>) => void probes.set(name, probe),
    problems: () => Promise.resolve({}),
  };
  return { clock, probes, host: { now: () => Date.now() + clock.ahead, log: quietLog, checks } };
}

async function until(settled: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await settled()); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > end) throw new Error('it did not come to that within 20 s');
  }
}

test.each([
  [300_000, '300 s ahead of'],
  [-300_000, '300 s behind'],
])('F20: a clock that is %i ms ahead keeps it from starting', async (ahead, words) => {
  const { clock, host } = movable();
  clock.ahead = ahead;
  await expect(watchClock(host, connection)).rejects.toThrow(`the clock of this machine is ${words} PostgreSQL's`);
});

test('F20: a clock that steps while it serves makes it refuse, and not for longer than that', async () => {
  const { clock, probes, host } = movable();
  const watch = await watchClock(host, connection, 100);
  const method = { handle: () => Promise.resolve('done') } as unknown as ServedService['methods'][number];
  const { handle } = watch.guard({ definition: {}, methods: [method] }).methods[0]!;
  const call = () => handle({}, {} as CallContext);
  const ready = () =>
    probes.get('clock')!().then(
      () => true,
      () => false,
    );
  expect([await call(), await ready()]).toEqual(['done', true]);
  for (const ahead of [86_400_000, -86_400_000]) {
    clock.ahead = ahead;
    // At once, before it was looked at.
    await expect(call()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(() => watch.demand()).toThrow(expect.objectContaining({ code: 'temporarily_unavailable' }));
    await until(async () => !(await ready()));
    await expect(call()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    clock.ahead = 0;
    await until(ready);
    await until(() => call().then(Boolean, () => false));
  }
  watch.close();
});

test('while PostgreSQL does not answer, nothing is known of the clock', async () => {
  const { clock, host } = movable();
  clock.ahead = 300_000;
  const away = { query: () => Promise.reject(new Error('connection refused')) };
  const watch = await watchClock(host, away);
  watch.close();
});
