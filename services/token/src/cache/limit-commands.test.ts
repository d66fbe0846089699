// What counts as an answer that came too late: one that Redis owes, not one that this process has not read.
import { afterEach, expect, test } from '@jest/globals';
import { needed, quietLog } from '../database.fixture.js';
import type { Wire } from '../tcp-proxy.fixture.js';
import { createWire, over } from '../tcp-proxy.fixture.js';
import type { CacheRedis } from './redis.js';
import { openCacheRedis } from './redis.js';

const url = needed('CARDEA_TEST_REDIS_URL');
let redis: CacheRedis;
let wire: Wire | undefined;

afterEach(async () => {
  redis.close();
  await wire?.close();
  wire = undefined;
});

const linked = async () => {
  while (redis.link() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** This thread does nothing, and costs nobody anything. */
const standStill = (millis: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

test('an answer that waits in the connection of a process that stood still is an answer', async () => {
  redis = openCacheRedis(url, quietLog, { commandTimeoutMillis: 50 });
  await linked();
  for (let round = 0; round < 3; round++) {
    const asked = redis.read(['limit-commands.test']);
    // It leaves in this turn, and is answered while nobody looks.
    await new Promise((resolve) => setImmediate(resolve));
    standStill(300);
    expect(await asked).toEqual([null]);
  }
  expect(redis.link()).toBeDefined();
});

test('an answer that Redis owes is waited for no longer, and for a deletion longer than for a reading', async () => {
  wire = await createWire(url);
  redis = openCacheRedis(over(wire, url), quietLog, { commandTimeoutMillis: 50 });
  await linked();
  wire.hang();
  const order: string[] = [];
  const fails = async (what: string, command: Promise<unknown>) => {
    await expect(command).rejects.toThrow('Command timed out');
    order.push(what);
  };
  const from = performance.now();
  await Promise.all([
    fails('a deletion', redis.remove(['limit-commands.test'])),
    fails('a reading', redis.read(['limit-commands.test'])),
  ]);
  expect(performance.now() - from).toBeGreaterThanOrEqual(399);
  expect(order).toEqual(['a reading', 'a deletion']);
});
