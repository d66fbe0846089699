// The cache never says more than PostgreSQL would: against revocations at the same moment, flushes, outages and forgers
// (security F06, F10; ARCHITECTURE §5).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, needed, quietLog } from '../database.fixture.js';
import type { Wire } from '../tcp-proxy.fixture.js';
import { createWire, over } from '../tcp-proxy.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService, verdict } from '../tokens.fixture.js';
import { createEpoch } from './epoch.js';
import type { CacheRedis } from './redis.js';

/** A database of Redis that no other suite flushes. */
const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/7`;
const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
let database: TestDatabase;
let direct: Redis;
let redisWire: Wire;
let postgresWire: Wire;
/** One reaches Redis and PostgreSQL over wires that can be cut, the other directly. */
let wired: TokenService;
let other: TokenService;
let auth: string;

const issue = async (service: TokenService) =>
  (await service.token({ grant_type: 'client_credentials' }, auth)).accessToken;
const cached = async () => (await direct.keys('cardea:at:*')).length;

/** Asks until the answer comes from the cache, so that a test means what it says. */
async function warm(service: TokenService, token: string): Promise<void> {
  const from = Date.now();
  for (;;) {
    expect(await service.active(token)).toBe(true);
    await wait(10);
    const [key] = await direct.keys('cardea:at:*');
    if (key !== undefined && (await direct.strlen(key)) > 40) return;
    if (Date.now() - from > 25_000) throw new Error('nothing was cached within 25 s');
  }
}

beforeAll(async () => {
  direct = new Redis(redisUrl);
  await direct.flushdb();
  database = await createTestDatabase();
  redisWire = await createWire(redisUrl);
  postgresWire = await createWire(database.dsn);
  wired = await createTokenService({
    database,
    redisUrl: over(redisWire, redisUrl),
    dsnWire: postgresWire,
    commandTimeoutMillis: 60,
  });
  other = await createTokenService({ database, redisUrl });
  const { clientSecret } = await other.client({ clientId: 'app' });
  auth = other.basic('app', clientSecret);
}, 30_000);
afterAll(async () => {
  await Promise.all([wired.close(), other.close()]);
  await Promise.all([redisWire.close(), postgresWire.close()]);
  await database.drop();
  direct.disconnect();
});

test('answers come from Redis once asked, and end with a revocation by another process', async () => {
  const token = await issue(wired);
  await direct.flushdb();
  await warm(wired, token);
  // Long enough for the other process to read the epoch too.
  await wait(500);
  await database.pool.query('CREATE TABLE parked AS SELECT * FROM cardea.access_token');
  await database.pool.query('DELETE FROM cardea.access_token');
  expect([await wired.active(token), await other.active(token)]).toEqual([true, true]);
  await database.pool.query('INSERT INTO cardea.access_token SELECT * FROM parked');
  await other.revoke({ token }, auth);
  expect([await wired.active(token), await other.active(token)]).toEqual([false, false]);
});

describe('what was read before a revocation is not remembered after it', () => {
  test.each([
    ['revoked', ['revoke']],
    ['flushed and revoked', ['flush', 'revoke']],
    ['revoked and flushed', ['revoke', 'flush']],
    ['flushed, and revoked while another reader holds the lease', ['flush', 'lease', 'revoke']],
    ['only flushed', ['flush']],
  ])('%s meanwhile', async (_name, steps) => {
    const ref = { key: randomBytes(32), expiresAt: Math.floor(Date.now() / 1000) + 600 };
    const act: Record<string, () => Promise<unknown>> = {
      revoke: () => wired.cache.invalidate([ref.key]),
      flush: () => direct.flushdb(),
      lease: () => wired.cache.find(ref, () => Promise.resolve(undefined)),
    };
    const read = await other.cache.find(ref, async () => {
      for (const step of steps) await act[step]!();
      return Buffer.from('read before');
    });
    expect(read?.toString()).toBe('read before');
    await wait(20);
    for (const service of [wired, other]) {
      expect(await service.cache.find(ref, () => Promise.resolve(undefined))).toBeUndefined();
    }
  });
  test('nothing meanwhile: it is remembered', async () => {
    const ref = { key: randomBytes(32), expiresAt: Math.floor(Date.now() / 1000) + 600 };
    await other.cache.find(ref, () => Promise.resolve(Buffer.from('read')));
    await wait(20);
    expect((await other.cache.find(ref, () => Promise.resolve(undefined)))?.toString()).toBe('read');
  });
});

describe('no introspection begun after a revocation was answered says active', () => {
  test.each([false, true])(
    'while Redis is flushed all the time: %s',
    async (flushing) => {
      let running = true;
      const flusher = (async () => {
        while (running && flushing) {
          await direct.flushdb();
          await wait(1);
        }
      })();
      for (let round = 0; round < 40; round++) {
        const token = await issue(other);
        let revoked = false;
        const late: boolean[] = [];
        const readers = [wired, other, wired, other].map(async (service) => {
          for (let turn = 0; turn < 500; turn++) {
            const begunAfter: boolean = revoked;
            const active = await service.active(token);
            if (begunAfter) {
              late.push(active);
              if (late.length > 20) return;
            }
          }
        });
        await wait(round % 5);
        await (round % 2 === 0 ? wired : other).revoke({ token }, auth);
        revoked = true;
        await Promise.all(readers);
        expect(late).not.toContain(true);
      }
      running = false;
      await flusher;
    },
    60_000,
  );
});

test('F19: what is filled in one moment does not end in one moment', async () => {
  const tokens = await Promise.all(Array.from({ length: 40 }, () => issue(other)));
  const lives = async () => {
    await Promise.all(tokens.map((token) => other.active(token)));
    const names = tokens.map((token) => other.handles.open('access_token', token)!.key.toString('base64url'));
    const entries = (await direct.keys('cardea:at:*')).filter((entry) => names.some((name) => entry.endsWith(name)));
    return Promise.all(entries.map((entry) => direct.pttl(entry)));
  };
  // Leases end sooner than any entry.
  let ends = await lives();
  for (const from = Date.now(); ends.filter((millis) => millis > 20_000).length < tokens.length; ends = await lives()) {
    if (Date.now() - from > 25_000) throw new Error('not all were cached within 25 s');
    await wait(10);
  }
  expect(Math.max(...ends)).toBeLessThanOrEqual(60_000);
  expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(5_000);
});

test('the access token that died with a refresh is not remembered', async () => {
  const first = await other.redeemed('app', auth, { scopes: ['offline'] });
  await direct.flushdb();
  await warm(wired, first.accessToken);
  await other.token({ grant_type: 'refresh_token', refresh_token: first.refreshToken }, auth);
  expect([await wired.active(first.accessToken), await other.active(first.accessToken)]).toEqual([false, false]);
});

test('who can write to Redis cannot make a token live', async () => {
  const [victim, own] = [await issue(other), await issue(other)];
  await direct.flushdb();
  await warm(other, own);
  const [key = ''] = await direct.keys('cardea:at:*');
  const value = await direct.getBuffer(key);
  const dead = other.handles.open('access_token', victim)!.key.toString('base64url');
  await other.revoke({ token: victim }, auth);
  for (const forged of [value!, Buffer.from('active'), Buffer.alloc(0), Buffer.alloc(200, 0x76)]) {
    await direct.set(key.replace(/[^:]+$/, dead), forged);
    expect(await other.active(victim)).toBe(false);
  }
  await direct.set(key, Buffer.alloc(200, 0x76));
  expect(await other.active(own)).toBe(true);
});

test('who has not heard of a new epoch leaves nothing behind that others believe under it', async () => {
  const nothing = () => Promise.resolve(undefined);
  const token = await issue(other);
  let told = false;
  for (let round = 0; round < 10 && !told; round++) {
    await warm(wired, token);
    const ref = { key: randomBytes(32), expiresAt: Math.floor(Date.now() / 1000) + 600 };
    postgresWire.hang();
    try {
      await database.pool.query('UPDATE cardea.cache_epoch SET epoch = epoch + 1, changed_at = clock_timestamp()');
      // Until then the other has read the epoch.
      for (const until = Date.now() + 500; Date.now() < until; await wait(5)) {
        await other.cache.find(ref, () => Promise.resolve(Buffer.from('read before')));
      }
      // Where that took too long, PostgreSQL would have to be asked.
      told = (await verdict(wired.cache.invalidate([ref.key]))) === 'ok';
      for (const until = Date.now() + 1_500; told && Date.now() < until; await wait(10)) {
        expect(await other.cache.find(ref, nothing)).toBeUndefined();
      }
    } finally {
      postgresWire.mend();
      // It finds its connections broken, and opens others.
      for (const until = Date.now() + 20_000; Date.now() < until; await wait(20)) {
        if ((await verdict(wired.active(token))) === 'ok') break;
      }
    }
  }
  expect(told).toBe(true);
}, 90_000);

describe('Redis away', () => {
  test.each(['cut', 'hang'] as const)(
    '%s: everything stays right, and speeds up again by itself',
    async (how) => {
      const token = await issue(wired);
      await direct.flushdb();
      await warm(other, token);
      redisWire[how]();
      expect(await wired.active(token)).toBe(true);
      // This process cannot delete what the other one remembers, so it waits until nobody believes that any more.
      await wired.revoke({ token }, auth);
      expect([await wired.active(token), await other.active(token)]).toEqual([false, false]);
      expect(await verdict(wired.redeemed('app', auth))).toBe('ok');
      redisWire.mend();
      const next = await issue(wired);
      await direct.flushdb();
      await warm(wired, next);
      expect(await cached()).toBeGreaterThan(0);
    },
    30_000,
  );
});

test('PostgreSQL away is 503 and nobody becomes inactive; back, it goes on by itself', async () => {
  const token = await issue(wired);
  postgresWire.cut();
  await wait(1_100);
  const form = { grant_type: 'client_credentials' };
  for (const asked of [wired.active(token), wired.token(form, auth), wired.revoke({ token }, auth)]) {
    expect(await verdict(asked)).toBe('temporarily_unavailable');
  }
  postgresWire.mend();
  await wait(100);
  expect(await wired.active(token)).toBe(true);
  expect(await verdict(wired.token(form, auth))).toBe('ok');
}, 30_000);

describe('the epoch', () => {
  const serverOf = (link: { server: string } | undefined) => ({ link: () => link }) as CacheRedis;
  const trusted = async (epoch: ReturnType<typeof createEpoch>, millis: number) => {
    const until = Date.now() + millis;
    while (epoch.trust() === undefined && Date.now() < until) await wait(20);
    return epoch.trust()?.epoch;
  };
  test('believes one Redis server at a time; another takes over under a new epoch', async () => {
    const own = await createTestDatabase(4);
    const [a, b] = ['a', 'b'].map((server) => createEpoch(own.pool, serverOf({ server }), quietLog));
    const seen = { a: new Set<number>(), b: new Set<number>() };
    for (const until = Date.now() + 25_000; Date.now() < until && (seen.a.size < 2 || seen.b.size < 2); await wait(5)) {
      const [ofA, ofB] = [a!.trust()?.epoch, b!.trust()?.epoch];
      if (ofA !== undefined) seen.a.add(ofA);
      if (ofB !== undefined) seen.b.add(ofB);
      expect(ofA === undefined || ofB === undefined).toBe(true);
    }
    expect([...seen.a].filter((epoch) => seen.b.has(epoch))).toEqual([]);
    expect(Math.min(seen.a.size, seen.b.size)).toBeGreaterThan(1);
    a!.close();
    b!.close();
    await own.drop();
  }, 40_000);
  test('is believed by who learns of it no sooner than nobody counts on the former one any more', async () => {
    const own = await createTestDatabase(4);
    const epochs = [createEpoch(own.pool, serverOf({ server: 'a' }), quietLog)];
    // They do not look at the same moments.
    await wait(200);
    epochs.push(createEpoch(own.pool, serverOf({ server: 'a' }), quietLog));
    for (let round = 0; round < 3; round++) {
      for (const epoch of epochs) expect(await trusted(epoch, 10_000)).toBeDefined();
      // By the clock of another server that took PostgreSQL's place it may have been there for long.
      const text = `UPDATE cardea.cache_epoch SET epoch = epoch + 1, changed_at = clock_timestamp() - $1 * interval '1 hour'
        RETURNING epoch`;
      const { rows } = await own.pool.query<{ epoch: number }>(text, [round]);
      const next = rows[0]?.epoch;
      for (const until = Date.now() + 20_000; epochs.some((epoch) => epoch.trust()?.epoch !== next); await wait(5)) {
        const counted = epochs.map((epoch) => epoch.recent()?.epoch ?? next);
        if (epochs.some((epoch) => epoch.trust()?.epoch === next)) expect(counted).toEqual([next, next]);
        if (Date.now() > until) throw new Error('nobody believes the new epoch');
      }
    }
    for (const epoch of epochs) epoch.close();
    await own.drop();
  }, 60_000);
  test('is raised once for all who ask at the same time, and ends the trust of everybody', async () => {
    const own = await createTestDatabase(4);
    const epoch = createEpoch(own.pool, serverOf({ server: 'a' }), quietLog);
    const before = (await trusted(epoch, 3_000))!;
    await Promise.all(Array.from({ length: 30 }, () => epoch.raise()));
    const after = (await epoch.read()).epoch;
    // Two raises at most, and a server's return to the throne after each.
    expect(after - before).toBeGreaterThanOrEqual(1);
    expect(after - before).toBeLessThanOrEqual(4);
    epoch.close();
    await own.drop();
  }, 20_000);
});
