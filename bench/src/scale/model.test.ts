// The model against figures that were made by its own law, and against what it must say at the edges.
import { expect, test } from '@jest/globals';
import { fit, predict } from './model.js';

/** As processes of which each request costs 50 µs, and each batch, of which one makes 1,000 a second, 20 more. */
const measured = (beta: number) => ({
  scenario: 'x',
  perSecond: 2_000,
  runs: [1, 2, 4].map((count) => ({
    count,
    micros: {
      token: 50 + (beta * count) / 2_000,
      postgres: 40 + (beta * count) / 2_000,
      redis: 5,
      gateway: 30,
      admin: 0.1,
    },
  })),
  statements: 1,
  walBytes: 500,
});

test('what stays and what is shared are told apart', () => {
  const { alpha, beta } = fit(measured(20_000), 'token');
  expect(alpha).toBeCloseTo(50);
  expect(beta).toBeCloseTo(20_000);
});

test('a cost that falls is noise', () => expect(fit(measured(-20_000), 'token').beta).toBe(0));

test('a process may be busy for so much of its core, and who has nothing to do is not needed', () => {
  const need = predict(measured(0), 100_000);
  // 100,000 × 50 µs are five cores; at 60 % each, nine processes.
  expect(need.counts).toEqual({ gateway: 5, admin: 0, token: 9, keys: 0 });
  expect(need.postgresCores).toBeCloseTo(4);
  expect(need.redisCores).toBeCloseTo(0.5);
  expect(need.walMegabytesPerSecond).toBeCloseTo(50);
  expect(need.primaryEndsAt).toBeCloseTo((0.6 * 32e6) / 40);
});

test('more token services make narrower batches, which the database pays for', () => {
  const narrow = predict(measured(20_000), 100_000);
  expect(narrow.postgresCores).toBeGreaterThan(predict(measured(0), 100_000).postgresCores);
  // But never more than a batch a request.
  expect(narrow.postgresCores).toBeLessThan(4 + 100_000 * 20e-6);
});
