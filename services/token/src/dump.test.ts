// Whoever reads the database and the cache has no token, no code and no secret: every stored value is tried as each of them
// (security catalogue J05, §2.7).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { needed } from './database.fixture.js';
import type { TokenService } from './tokens.fixture.js';
import { createTokenService, verdict, verifier } from './tokens.fixture.js';

/** A database of Redis that no other suite uses. */
const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/15`;
let it: TokenService;
let redis: Redis;
let secret: string;
/** What there is to steal. */
let genuine: { readonly tokens: string[]; readonly code: string; readonly refreshToken: string };

beforeAll(async () => {
  redis = new Redis(redisUrl);
  await redis.flushdb();
  it = await createTokenService({ redisUrl });
  secret = (await it.client({ clientId: 'app' })).clientSecret;
  const auth = it.basic('app', secret);
  const first = await it.redeemed('app', auth);
  // Rotated, so that the answer is kept for whoever asks again.
  const second = await it.token({ grant_type: 'refresh_token', refresh_token: first.refreshToken }, auth);
  const own = await it.token({ grant_type: 'client_credentials' }, auth);
  genuine = {
    tokens: [second.accessToken, second.refreshToken, own.accessToken],
    code: (await it.code('app')).code,
    refreshToken: second.refreshToken,
  };
});
afterAll(async () => {
  redis.disconnect();
  await it.close();
});

/** Every value in every row and every entry of the cache. */
async function dump(): Promise<Set<Buffer>> {
  const { pool } = it.database;
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'cardea' AND c.relkind = 'r'`,
  );
  const found = new Set<Buffer>();
  const keep = (value: unknown): void => {
    if (Buffer.isBuffer(value)) found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(keep);
    else found.add(Buffer.from(String(value)));
  };
  for (const { name } of tables) (await pool.query<object>(`SELECT * FROM ${name}`)).rows.forEach(keep);
  for (const name of await redis.keys('*')) {
    keep(name.split(':').at(-1));
    keep(await redis.getBuffer(name));
  }
  return found;
}

/** As it is, in the spellings that secrets have here, and as what a handle is made of. */
function spellings(value: Buffer): string[] {
  const plain = [value.toString(), value.toString('base64url'), value.toString('hex')];
  return [...plain, ...['at', 'rt', 'ac'].map((kind) => `ory_${kind}_${value.toString('base64url')}`)];
}

const redeem = (code: string) =>
  verdict(
    it.token(
      { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: 'https://app.example/cb' },
      it.basic('app', secret),
    ),
  );
const refresh = (token: string) =>
  verdict(it.token({ grant_type: 'refresh_token', refresh_token: token }, it.basic('app', secret)));
const authenticate = (guess: string) => verdict(it.token({ grant_type: 'client_credentials' }, it.basic('app', guess)));

test('J05: no stored value is a token, a code or a secret', async () => {
  // The cache shall have something to say.
  for (const end = Date.now() + 20_000; ;) {
    expect(await Promise.all(genuine.tokens.map((token) => it.active(token)))).toEqual([true, true, true]);
    const names = await redis.keys('cardea:at:*');
    const sizes = await Promise.all(names.map((name) => redis.strlen(name)));
    if (sizes.filter((size) => size > 64).length >= 2) break;
    if (Date.now() > end) throw new Error('nothing was cached');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const stolen = await dump();
  expect(stolen.size).toBeGreaterThan(50);
  const all = Buffer.concat([...stolen]);
  for (const text of [...genuine.tokens, genuine.code, secret]) {
    expect(all.includes(text)).toBe(false);
    expect(all.includes(Buffer.from(text.replace(/^ory_.._/, ''), 'base64url'))).toBe(false);
  }
  const usable: string[] = [];
  const tried = new Set([...stolen].flatMap(spellings));
  for (const guess of tried) {
    if (guess === '') continue;
    const answers = [await redeem(guess), await refresh(guess), await authenticate(guess)];
    if ((await it.active(guess)) || answers.includes('ok')) usable.push(guess);
  }
  expect(usable).toEqual([]);
  // And what was to be stolen is worth something.
  expect([await redeem(genuine.code), await refresh(genuine.refreshToken), await authenticate(secret)]).toEqual(
    Array(3).fill('ok'),
  );
}, 120_000);
