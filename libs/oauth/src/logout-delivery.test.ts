// Which answers end a notification, and how the pauses grow (security catalogue S11).
import { describe, expect, test } from '@jest/globals';
import type { DeliveryAnswer } from './logout-delivery.js';
import { deliveryLifeSeconds, judgeDelivery } from './logout-delivery.js';

test.each<[DeliveryAnswer, string]>([
  [200, 'delivered'],
  [204, 'delivered'],
  [202, 'delivered'],
  [301, 'failed'],
  [302, 'failed'],
  [400, 'failed'],
  [401, 'failed'],
  [404, 'failed'],
  [501, 'failed'],
  [408, 'pending'],
  [425, 'pending'],
  [429, 'pending'],
  [500, 'pending'],
  [502, 'pending'],
  [503, 'pending'],
  ['no_answer', 'pending'],
])('after %s: %s', (answer, state) => {
  expect(judgeDelivery(answer, 0, 0.5).state).toBe(state);
});

describe('pauses', () => {
  test.each([
    [0, 1],
    [5, 5],
    [40, 40],
    [1_000, 1_000],
    [50_000, 7_200],
  ])('%d s after the beginning the next one is %d s', (age, expected) => {
    expect(judgeDelivery(500, age, 0.5)).toEqual({ state: 'pending', retryInSeconds: expected });
  });

  test('a client that never answers is tried for a day, some dozens of times', () => {
    let age = 0;
    let attempts = 1;
    for (;;) {
      const verdict = judgeDelivery('no_answer', age, 0.5);
      if (verdict.state !== 'pending') break;
      age += verdict.retryInSeconds;
      attempts++;
    }
    expect(age).toBeLessThanOrEqual(deliveryLifeSeconds);
    expect(age).toBeGreaterThan(deliveryLifeSeconds - 7_200);
    expect(attempts).toBe(25);
  });

  test('jitter spreads them by a quarter to both sides', () => {
    expect(judgeDelivery(500, 100, 0)).toMatchObject({ retryInSeconds: 75 });
    expect(judgeDelivery(500, 100, 1)).toMatchObject({ retryInSeconds: 125 });
  });
});
