// Limits on guessing: counted together over replicas in Redis, alone without it, and never an outage
// (security catalogue A26, C15, F12; user-wishes 43).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { clientV1 } from '@cardea/rpc';

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { CacheRedis } from '../cache/redis.js';
import { openCacheRedis } from '../cache/redis.js';
import { quietLog } from '../database.fixture.js';
import type { DeviceFlowService } from '../device/device-flow.fixture.js';
import { createDeviceFlow, grantType, queryOf } from '../device/device-flow.fixture.js';
import { call, metrics, verdict } from '../tokens.fixture.js';
import { createLocalCounters } from './counters.js';
import type { RateLimitSettings } from './create-rate-limits.js';
import { createRateLimits } from './create-rate-limits.js';
import { networkOf } from './network.js';

let redis: CacheRedis;
/** Another connection, as another process has. */
let second: CacheRedis;
let away: CacheRedis;
beforeAll(async () => {
  const url = process.env['CARDEA_TEST_REDIS_URL'] ?? '';
  [redis, second] = [url, url].map((each) => openCacheRedis(each, quietLog, { commandTimeoutMillis: 5_000 })) as [
    CacheRedis,
    CacheRedis,
  ];
  away = openCacheRedis('redis://127.0.0.1:1', quietLog);
  await Promise.all([once(redis.client, 'ready'), once(second.client, 'ready')]);
});
afterAll(() => {
  for (const each of [redis, second, away]) each.close();
});

const few = { attempts: 3, periodMillis: 60_000 };
const all: RateLimitSettings = {
  ...{ clientSecrets: few, userCodes: few, registrations: few, deviceCodes: few },
  clientRequests: undefined,
};

/** One process of an installation of its own: Redis is shared with other tests. */
function replica(of: {
  secret: string;
  redis?: CacheRedis['client'] | undefined;
  settings?: RateLimitSettings;
  now?: () => number;
}) {
  const { secret, redis, settings = all, now = Date.now } = of;
  return createRateLimits({ settings, redis, secrets: [secret], random: randomBytes, now, log: quietLog, metrics });
}
const ownSecret = () => randomBytes(24).toString('hex');
const waits = async (work: () => void | Promise<void>): Promise<number> => {
  try {
    await work();
    return 0;
  } catch (error) {
    expect(error).toMatchObject({ code: 'rate_limited', status: 429 });
    return (error as OAuthError).retryAfterSeconds ?? 0;
  }
};

describe.each<[string, () => CacheRedis['client'] | undefined]>([
  ['in Redis', () => redis.client],
  ['in one process', () => undefined],
  ['while Redis is away', () => away.client],
])('counted %s', (_name, connection) => {
  test('the last failure closes the door, for the one who failed only', async () => {
    const limits = replica({ secret: ownSecret(), redis: connection() });
    const { clientSecrets } = limits;
    for (let attempt = 1; attempt <= 3; attempt++) {
      clientSecrets.check('app', '81.2.69.1');
      expect(await waits(() => clientSecrets.failed('app', '81.2.69.1'))).toBe(0);
    }
    const seconds = await waits(() => clientSecrets.check('app', '81.2.69.1'));
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(67);
    expect(await waits(() => clientSecrets.check('app', '81.2.69.2'))).toBe(0);
    expect(await waits(() => clientSecrets.check('other', '81.2.69.1'))).toBe(0);
    expect(await waits(() => limits.userCodes.check('app', '81.2.69.1'))).toBe(0);
  });
});

test('replicas count together, and each learns of it by the next failure', async () => {
  const secret = ownSecret();
  const [one, two] = [replica({ secret, redis: redis.client }), replica({ secret, redis: second.client })];
  for (const { clientSecrets } of [one, two, one]) await clientSecrets.failed('app', '81.2.69.1');
  expect(await waits(() => one.clientSecrets.check('app', '81.2.69.1'))).toBeGreaterThan(0);
  expect(await waits(() => two.clientSecrets.failed('app', '81.2.69.1'))).toBeGreaterThan(0);
  expect(await waits(() => two.clientSecrets.check('app', '81.2.69.1'))).toBeGreaterThan(0);
});

test('who has waited may go on', async () => {
  let millis = Date.now();
  const limits = replica({ secret: ownSecret(), now: () => millis });
  for (let attempt = 1; attempt <= 3; attempt++) await limits.userCodes.failed('', '81.2.69.1');
  expect(await waits(() => limits.userCodes.check('', '81.2.69.1'))).toBeGreaterThan(0);
  millis += 66_001;
  expect(await waits(() => limits.userCodes.check('', '81.2.69.1'))).toBe(0);
  expect(await waits(() => limits.userCodes.failed('', '81.2.69.1'))).toBe(0);
});

test('switched off, nobody ever waits', async () => {
  const limits = replica({
    secret: ownSecret(),
    settings: { ...all, clientSecrets: undefined },
  });
  for (let attempt = 1; attempt <= 9; attempt++) await limits.clientSecrets.failed('app', '');
  expect(await waits(() => limits.clientSecrets.check('app', ''))).toBe(0);
});

test('counts of one process are bounded: the oldest makes room', async () => {
  const counters = createLocalCounters(() => 0);
  for (let name = 0; name < 10_050; name++) await counters.increment(String(name), 1_000);
  expect(counters.size()).toBe(10_000);
  expect((await counters.increment('0', 1_000)).count).toBe(1);
  expect((await counters.increment('10049', 1_000)).count).toBe(2);
});

test.each([
  ['203.0.113.1', '203.0.113.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::ffff:81.2.69.1', '81.2.69.1'],
  ['', ''],
])('%s is counted as %s', (address, expected) => {
  expect(networkOf(address)).toBe(expected);
});

describe('an installation with limits', () => {
  let it: DeviceFlowService;
  beforeAll(async () => {
    it = await createDeviceFlow({
      rateLimits: replica({ secret: ownSecret(), redis: redis.client }),
      clientSettings: {
        registration: {
          initialAccessTokens: [],
          grantTypes: undefined,
          insecureRedirects: false,
          hydraCompat: false,
        },
      },
    });
    await it.client({ clientId: 'box', tokenEndpointAuthMethod: 'client_secret_basic' }, 'a-secret');
    await it.client({ clientId: 'tv', tokenEndpointAuthMethod: 'none', grantTypes: [grantType] });
  });
  afterAll(() => it.close());

  test('C15: a thousand wrong secrets, in every spelling, are few guesses; elsewhere the right one still works', async () => {
    const form = { grant_type: 'client_credentials' };
    const spelled = (secret: string) => [it.basic('box', secret), it.basic('b%6Fx', secret), it.basic('bo%78', secret)];
    const answers: string[] = [];
    for (let attempt = 0; attempt < 1_000; attempt++) {
      const header = spelled(`wrong-${String(attempt)}`)[attempt % 3];
      answers.push(await verdict(it.token(form, header, '81.2.69.5')));
    }
    expect(answers.slice(0, 3)).toEqual(['invalid_client', 'invalid_client', 'invalid_client']);
    expect(new Set(answers.slice(3))).toEqual(new Set(['rate_limited']));
    expect(await verdict(it.token(form, it.basic('box', 'a-secret'), '81.2.69.5'))).toBe('rate_limited');
    expect(await verdict(it.token(form, it.basic('box', 'a-secret'), '89.160.20.112'))).toBe('ok');
  });

  test('a client that finds out by trying which method it is registered with is never made to wait', async () => {
    const form = { grant_type: 'client_credentials' };
    await it.client({ clientId: 'trying', tokenEndpointAuthMethod: 'client_secret_post' }, 'a-secret');
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await verdict(it.token(form, it.basic('trying', 'a-secret'), '81.2.69.7'))).toBe('invalid_client');
      const posted = { ...form, client_id: 'trying', client_secret: 'a-secret' };
      expect(await verdict(it.token(posted, '', '81.2.69.7'))).toBe('ok');
    }
  });

  test.each(['10.1.2.3', '127.0.0.1', ''])(
    'from %j, which may be everybody, only the wrong secrets wait',
    async (at) => {
      const form = { grant_type: 'client_credentials' };
      const answers: string[] = [];
      for (let attempt = 0; attempt < 5; attempt++)
        answers.push(await verdict(it.token(form, it.basic('box', 'no'), at)));
      expect(answers.slice(3)).toEqual(['rate_limited', 'rate_limited']);
      expect(await verdict(it.token(form, it.basic('box', 'a-secret'), at))).toBe('ok');
    },
  );

  test('H12: a public client is given so many device codes by one network, and more by another', async () => {
    const ask = (address: string) => verdict(it.begin({ client_id: 'tv' }, '', address));
    const answers = [await ask('81.2.69.9'), await ask('81.2.69.9'), await ask('81.2.69.9'), await ask('81.2.69.9')];
    expect(answers).toEqual(['ok', 'ok', 'ok', 'rate_limited']);
    expect(await ask('89.160.20.112')).toBe('ok');
    expect(await ask('10.1.2.3')).toBe('ok');
  });

  test('A26: twenty wrong user codes from one network, in however many browsers, are three guesses', async () => {
    const { userCode } = await it.begin({ client_id: 'tv' });
    const type = async (code: string, address: string) => {
      const page = await it.browser(address).open('https://as.test/oauth2/device/verify');
      return verdict(it.accept(queryOf(page).get('device_challenge') ?? '', code));
    };
    const answers: string[] = [];
    for (let attempt = 0; attempt < 20; attempt++) answers.push(await type('BBBBBBBB', '81.2.69.5'));
    expect(answers.slice(0, 3)).toEqual(['invalid_request', 'invalid_request', 'invalid_request']);
    expect(new Set(answers.slice(3))).toEqual(new Set(['rate_limited']));
    expect(await type(userCode, '81.2.69.5')).toBe('rate_limited');
    expect(await type(userCode, '89.160.20.112')).toBe('ok');
  });

  test('registrations are counted, good and bad', async () => {
    const client = clientV1.Client.create({ redirectUris: ['https://app.example/cb'] });
    const register = (clientAddress: string, forbiddenMembers: string[] = []) =>
      verdict(
        it.rooms.clientRegistrationHandlers.registerClient(
          { authorization: '', client, forbiddenMembers, requestId: '', clientAddress },
          call,
        ),
      );
    const answers = [
      await register('81.2.69.5'),
      await register('81.2.69.5', ['skip_consent']),
      await register('81.2.69.5'),
      await register('81.2.69.5'),
    ];
    expect(answers[0]).toBe('ok');
    expect(answers[1]).not.toBe('rate_limited');
    expect(answers.slice(2)).toEqual(['ok', 'rate_limited']);
    expect(await register('89.160.20.112')).toBe('ok');
  });

  test.each(['', '10.1.2.3'])('from %j, which may be everybody, the browser is counted', async (address) => {
    const page = await it.browser(address).open('https://as.test/oauth2/device/verify');
    const challenge = queryOf(page).get('device_challenge') ?? '';
    const answers: string[] = [];
    for (let attempt = 0; attempt < 5; attempt++) answers.push(await verdict(it.accept(challenge, 'BBBBBBBB')));
    expect(answers.slice(3)).toEqual(['rate_limited', 'rate_limited']);
    const other = await it.browser(address).open('https://as.test/oauth2/device/verify');
    expect(await verdict(it.accept(queryOf(other).get('device_challenge') ?? '', 'BBBBBBBB'))).toBe('invalid_request');
  });
});
