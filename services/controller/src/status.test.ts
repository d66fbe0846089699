// A status is written when it says something new, and survives a definition that keeps less of it.
import { expect, test } from '@jest/globals';
import type { Verdict } from './status.js';
import { isReady, statusPatch } from './status.js';

const ready: Verdict = { ready: true, reason: 'Reconciled', message: 'fine', clientId: 'a' };
const refused: Verdict = { ready: false, reason: 'SecretNotFound', message: 'no Secret', clientId: undefined };
const noon = Date.UTC(2030, 0, 1, 12);
const object = (status?: unknown, generation = 1) => ({ metadata: { name: 'a', generation }, status });
const written = (patch: object | undefined) => (patch as { status: Record<string, unknown> }).status;

test('it says when it became so, and no later moment while it stays so', () => {
  const first = written(statusPatch(object(), refused, noon));
  expect(first).toEqual({
    observedGeneration: 1,
    clientId: null,
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'SecretNotFound',
        message: 'no Secret',
        lastTransitionTime: '2030-01-01T12:00:00Z',
        observedGeneration: 1,
      },
    ],
    reconciliationError: { statusCode: 'SECRET_NOT_FOUND', description: 'no Secret' },
  });
  expect(statusPatch(object(first), refused, noon + 60_000)).toBeUndefined();
  const again = written(statusPatch(object(first, 2), { ...refused, message: 'still none' }, noon + 60_000));
  expect(again['conditions']).toMatchObject([{ lastTransitionTime: '2030-01-01T12:00:00Z', message: 'still none' }]);
  const then = written(statusPatch(object(again, 2), ready, noon + 120_000));
  expect(then).toMatchObject({ clientId: 'a', reconciliationError: null });
  expect(then['conditions']).toMatchObject([{ status: 'True', lastTransitionTime: '2030-01-01T12:02:00Z' }]);
});

test('what hydra-maester’s own definition keeps is enough', () => {
  const kept = { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] };
  expect(statusPatch(object(kept), ready, noon)).toBeUndefined();
  expect(statusPatch(object(kept), refused, noon)).toBeDefined();
  expect(statusPatch(object(kept, 2), ready, noon)).toBeDefined();
});

test('another id is news', () => {
  const status = written(statusPatch(object(), ready, noon));
  expect(statusPatch(object(status), { ...ready, clientId: 'b' }, noon)).toBeDefined();
});

test('ready is what was ready as it stands now', () => {
  const status = written(statusPatch(object(undefined, 3), ready, noon));
  expect([isReady(object(status, 3)), isReady(object(status, 4)), isReady(object()), isReady(object('x'))]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
