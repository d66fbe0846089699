// What somebody else has ended without having told the caches yet: whoever is answered that it is dead finds it dead (RFC 7009 §2.2,
// RFC 9700 §4.14.2; security F08, INV2).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { needed } from '../database.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService } from '../tokens.fixture.js';

/** A database of Redis that no other suite uses. */
const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/5`;
let cached: TokenService;
/** Knows no cache, and so tells none: as one does that is killed between its COMMIT and that. */
let interrupted: TokenService;

beforeAll(async () => {
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  redis.disconnect();
  cached = await createTokenService({ redisUrl });
  const { database, clock } = cached;
  interrupted = await createTokenService({ database, clock });
});
afterAll(async () => {
  await interrupted.close();
  await cached.close();
});

/** Settles when answers come from Redis: PostgreSQL is behind them, so a removed row is still called alive. */
async function known(token: string): Promise<void> {
  const { key } = cached.handles.open('access_token', token)!;
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    expect(await cached.active(token)).toBe(true);
    const redis = new Redis(redisUrl);
    const entries = await redis.keys(`cardea:at:*:${key.toString('base64url')}`);
    const sizes = await Promise.all(entries.map((entry) => redis.strlen(entry)));
    redis.disconnect();
    // A lease is short; an entry holds the sealed body.
    if (sizes.some((size) => size > 64)) return;
  }
  throw new Error('the cache never learned of the token');
}

test('F08: the access token beside it is dead before the same answer comes again', async () => {
  const { clientSecret } = await cached.client({ clientId: 'app' });
  const auth = cached.basic('app', clientSecret);
  const first = await cached.redeemed('app', auth);
  await known(first.accessToken);
  const form = { grant_type: 'refresh_token', refresh_token: first.refreshToken };
  const second = await interrupted.token(form, auth);
  expect(await cached.token(form, auth)).toEqual(second);
  expect(await cached.active(first.accessToken)).toBe(false);
  expect(await cached.active(second.accessToken)).toBe(true);
});

test('INV2: who revokes a token that another is just revoking is not answered before no cache calls it alive', async () => {
  const { clientSecret } = await cached.client({ clientId: 'twice' });
  const auth = cached.basic('twice', clientSecret);
  const { accessToken } = await cached.token({ grant_type: 'client_credentials' }, auth);
  await known(accessToken);
  const { pool } = cached.database;
  const other = await pool.connect();
  try {
    // The other has deleted the row and has not committed; we have seen the row and wait for it.
    await other.query('BEGIN');
    const { key } = cached.handles.open('access_token', accessToken)!;
    await other.query('DELETE FROM cardea.access_token WHERE key = $1', [key]);
    const revoked = cached.revoke({ token: accessToken }, auth);
    for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const { rowCount } = await pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      if (rowCount === 1) break;
      if (Date.now() > end) throw new Error('nobody waits for the row');
    }
    await other.query('COMMIT');
    await revoked;
  } finally {
    other.release();
  }
  expect(await cached.active(accessToken)).toBe(false);
});
