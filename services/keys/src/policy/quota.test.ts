// What a caller may have signed in a second, at the edges of the second (security §2.3 rule 8).
import { expect, test } from '@jest/globals';
import { quietLog } from '../database.fixture.js';
import { createQuota } from './quota.js';

const token = 'spiffe://cardea/token';

function open(perSecond: number | undefined) {
  const clock = { millis: 1_000_000 };
  const said: object[] = [];
  const log = { ...quietLog, warn: (fields: object) => void said.push(fields) };
  const quota = createQuota({ perSecond, log, now: () => clock.millis });
  const granted = (times: number, caller: string | undefined = token, purpose = 'id_token') => {
    let count = 0;
    for (let round = 0; round < times; round++) {
      try {
        quota(caller, purpose);
        count++;
      } catch (error) {
        expect(error).toMatchObject({ code: 'temporarily_unavailable' });
      }
    }
    return count;
  };
  return { clock, said, granted };
}

test('as many at once as in a second, and then as time goes by', () => {
  const { clock, granted } = open(10);
  expect(granted(25)).toBe(10);
  clock.millis += 99;
  expect(granted(5)).toBe(0);
  clock.millis += 1;
  expect(granted(5)).toBe(1);
  clock.millis += 450;
  expect(granted(9)).toBe(4);
  clock.millis += 3_600_000;
  expect(granted(25)).toBe(10);
});

test('over ten seconds of a flood a caller has ten seconds of signatures and the first burst', () => {
  const { clock, granted } = open(50);
  let count = 0;
  for (let tick = 0; tick < 10_000; tick += 5, clock.millis += 5) count += granted(3);
  expect(count).toBeGreaterThanOrEqual(545);
  expect(count).toBeLessThanOrEqual(550);
});

test('each caller and purpose has its own, and a clock that goes back gives nothing', () => {
  const { clock, granted } = open(2);
  expect(granted(5)).toBe(2);
  expect(granted(5, 'spiffe://cardea/token-2')).toBe(2);
  expect(granted(5, token, 'access_token')).toBe(2);
  expect(granted(5, '')).toBe(2);
  clock.millis -= 60_000;
  expect(granted(5)).toBe(0);
});

test('it is said once a minute who asks for too much', () => {
  const { clock, said, granted } = open(1);
  granted(100);
  expect(said).toEqual([{ caller: token, purpose: 'id_token', per_second: 1 }]);
  clock.millis += 60_000;
  granted(100);
  expect(said).toHaveLength(2);
});

test('without a limit there is none', () => {
  expect(open(undefined).granted(10_000)).toBe(10_000);
});
