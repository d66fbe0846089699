// A client that floods hears 429, and the others do not notice (security catalogue H12).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { tokenV1 } from '@cardea/rpc';

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { CacheRedis } from '../cache/redis.js';
import { openCacheRedis } from '../cache/redis.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, needed, quietLog } from '../database.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { call, createTokenService, metrics, verdict } from '../tokens.fixture.js';
import { createRateLimits } from './create-rate-limits.js';

const share = 20;
const secret = 'a-secret-of-clients';
let database: TestDatabase;
let redis: CacheRedis;
let away: CacheRedis;
beforeAll(async () => {
  database = await createTestDatabase();
  redis = openCacheRedis(needed('CARDEA_TEST_REDIS_URL'), quietLog, { commandTimeoutMillis: 5_000 });
  away = openCacheRedis('redis://127.0.0.1:1', quietLog);
  await once(redis.client, 'ready');
});
afterAll(async () => {
  redis.close();
  away.close();
  await database.drop();
});

/** One process of an installation. */
const replica = (installation: string, connection: CacheRedis['client'] | undefined): Promise<TokenService> => {
  const off = { clientSecrets: undefined, userCodes: undefined, registrations: undefined, deviceCodes: undefined };
  const rateLimits = createRateLimits({
    settings: { ...off, clientRequests: { attempts: share, periodMillis: 600_000 } },
    ...{ redis: connection, secrets: [installation], random: randomBytes, now: Date.now, log: quietLog, metrics },
  });
  return createTokenService({ database, rateLimits });
};
const form = { grant_type: 'client_credentials' };
const address = '81.2.69.5';

describe.each<[string, number, () => CacheRedis['client'] | undefined]>([
  ['counted over two replicas in Redis', 2, () => redis.client],
  ['counted by one process', 1, () => undefined],
  ['while Redis is away', 1, () => away.client],
])('H12: %s', (_name, replicas, connection) => {
  let services: TokenService[];
  beforeAll(async () => {
    const installation = randomBytes(24).toString('hex');
    services = await Promise.all(Array.from({ length: replicas }, () => replica(installation, connection())));
    for (const clientId of ['noisy', 'quiet', 'asking'])
      await services[0]!.client({ clientId: `${clientId} ${installation}` }, secret);
    named = (clientId) => `${clientId} ${installation}`;
    await services[0]!.client({ clientId: named('open'), tokenEndpointAuthMethod: 'none' });
  });
  afterAll(() => Promise.all(services.map((service) => service.close())));

  let named: (clientId: string) => string;
  const basic = (clientId: string) => services[0]!.basic(encodeURIComponent(named(clientId)), secret);
  const at = (n: number) => services[n % services.length]!;
  const counts = (verdicts: readonly string[]) =>
    Object.fromEntries([...new Set(verdicts)].map((one) => [one, verdicts.filter((each) => each === one).length]));

  test('a client at twenty times its share gets its share, whatever it asks for; others get all they ask for', async () => {
    const [noisy, quiet] = [basic('noisy'), basic('quiet')];
    const introspect = (n: number) =>
      at(n).rooms.tokenHandlers.introspectToken(
        tokenV1.IntrospectTokenRequest.create({ authorization: noisy, parameters: [{ name: 'token', value: 'x' }] }),
        call,
      );
    const floods = Array.from({ length: 20 * share }, (_, n) =>
      verdict(n % 4 === 0 ? introspect(n) : at(n).token(form, noisy)),
    );
    const others = Array.from({ length: share - 1 }, (_, n) => verdict(at(n).token(form, quiet)));
    expect(counts(await Promise.all(others))).toEqual({ ok: share - 1 });
    expect(counts(await Promise.all(floods))).toEqual({ ok: share, rate_limited: 19 * share });
    const refusal = await at(0)
      .token(form, noisy)
      .catch((error: unknown) => error as OAuthError);
    expect(refusal).toMatchObject({ code: 'rate_limited', status: 429 });
    expect((refusal as OAuthError).retryAfterSeconds).toBeGreaterThan(0);
  });

  test('nobody uses up the share of another: not with a wrong secret, not by the name of a public client', async () => {
    const wrong = at(0).basic(encodeURIComponent(named('asking')), 'wrong');
    for (let n = 0; n < 2 * share; n++) expect(await verdict(at(n).token(form, wrong))).toBe('invalid_client');
    expect(await verdict(at(0).token(form, basic('asking')))).toBe('ok');

    const open = { grant_type: 'refresh_token', refresh_token: 'x', client_id: named('open') };
    const seen = [];
    for (let n = 0; n <= share; n++) seen.push(await verdict(at(0).token(open, '', address)));
    expect(counts(seen)).toEqual({ invalid_grant: share, rate_limited: 1 });
    expect(await verdict(at(0).token(open, '', '89.160.20.112'))).toBe('invalid_grant');
    // Where the address may be everybody's, it says nothing about who asks.
    expect(await verdict(at(0).token(open, '', '10.1.2.3'))).toBe('invalid_grant');
  });
});
