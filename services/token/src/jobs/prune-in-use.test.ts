// Cleaning while tokens are in use: it takes nothing that lives, hides no theft, and does not believe the clock of the machine
// it runs on (ARCHITECTURE §6 "Cleaning"; security catalogue D26).
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { needed, quietLog } from '../database.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService, metrics, verdict } from '../tokens.fixture.js';
import { createPruneWorker } from '../worker.js';
import { prune } from './prune.js';

const minute = 60_000;
let service: TokenService;
let auth: string;
beforeAll(async () => {
  service = await createTokenService();
  await service.client({ clientId: 'app' }, 'app-secret');
  auth = service.basic('app', 'app-secret');
});
afterAll(() => service.close());
beforeEach(() => {
  service.clock.millis = Date.now();
});

const refresh = (refreshToken: string) =>
  service.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, auth);
const clean = () => prune(service.database.pool, service.clock.millis);

test('D26: a refresh token rotates though its access token was cleaned away, and is dead afterwards', async () => {
  const first = await service.redeemed('app', auth);
  const { rowCount } = await service.database.pool.query('DELETE FROM cardea.access_token WHERE grant_id = $1', [
    first.grantId,
  ]);
  expect(rowCount).toBe(1);
  const second = await refresh(first.refreshToken);
  expect(await service.active(second.accessToken)).toBe(true);
  expect(await service.active(first.refreshToken)).toBe(false);
  service.clock.millis += minute;
  expect(await verdict(refresh(first.refreshToken))).toBe('invalid_grant');
});

test('D26: half an hour of cleaning hides no theft: the used token still fells its family', async () => {
  const first = await service.redeemed('app', auth);
  const second = await refresh(first.refreshToken);
  for (let round = 0; round < 6; round++) {
    service.clock.millis += 5 * minute;
    await clean();
  }
  expect(await service.active(second.accessToken)).toBe(true);
  expect(await verdict(refresh(first.refreshToken))).toBe('invalid_grant');
  expect(await service.active(second.accessToken)).toBe(false);
  expect(await verdict(refresh(second.refreshToken))).toBe('invalid_grant');
});

test('D26: cleaning without pause, while families grow, takes nothing that lives', async () => {
  let growing = true;
  let rounds = 0;
  const cleaner = (async () => {
    for (; growing; rounds++) await clean();
  })();
  const families = Array.from({ length: 10 }, async () => {
    let newest = await service.redeemed('app', auth);
    for (let turn = 0; turn < 10; turn++) {
      newest = { ...newest, ...(await refresh(newest.refreshToken)) };
    }
    return newest;
  });
  const newest = await Promise.all(families);
  growing = false;
  await cleaner;
  expect(rounds).toBeGreaterThan(0);
  for (const { accessToken, refreshToken } of newest) {
    expect([await service.active(accessToken), await service.active(refreshToken)]).toEqual([true, true]);
  }
});

test('D26: a worker whose clock is a month ahead deletes by the time of PostgreSQL', async () => {
  const issued = await service.redeemed('app', auth);
  const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/10`;
  const worker = createPruneWorker({ redisUrl, database: service.database.pool, log: quietLog, metrics });
  try {
    await worker.ready();
    const ahead = Date.now() + 31 * 24 * 60 * minute;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(ahead);
    await worker.runNow().finally(() => clock.mockRestore());
    expect([await service.active(issued.accessToken), await service.active(issued.refreshToken)]).toEqual([true, true]);
    expect(await verdict(refresh(issued.refreshToken))).toBe('ok');
  } finally {
    await worker.close();
  }
}, 20_000);
