// F28: a new first secret is accepted before it is used.
import { expect, test } from '@jest/globals';
import { settleSecrets } from './settling-secrets.js';

const start = { secrets: ['old'], waiting: undefined };
const at = (now: number) => ({ now, period: 100 });

test('F28: a new first secret opens at once and seals after the period', () => {
  const early = settleSecrets(start, ['new', 'old'], at(0));
  expect(early).toEqual({ secrets: ['old', 'new'], waiting: { secret: 'new', since: 0 } });
  expect(settleSecrets(early, ['new', 'old'], at(99))).toEqual(early);
  expect(settleSecrets(early, ['new', 'old'], at(100))).toEqual({ secrets: ['new', 'old'], waiting: undefined });
});

test('F28: one taken away in the same moment stays until the new one is used', () => {
  const early = settleSecrets(start, ['new'], at(0));
  expect(early.secrets).toEqual(['old', 'new']);
  expect(settleSecrets(early, ['new'], at(100)).secrets).toEqual(['new']);
});

test('another new one waits its own time; going back ends the waiting', () => {
  const early = settleSecrets(start, ['new', 'old'], at(0));
  expect(settleSecrets(early, ['newer', 'new', 'old'], at(50)).waiting).toEqual({ secret: 'newer', since: 50 });
  expect(settleSecrets(early, ['old', 'new'], at(50))).toEqual({ secrets: ['old', 'new'], waiting: undefined });
});

test('secrets behind the first come and go at once', () => {
  expect(settleSecrets(start, ['old', 'older'], at(0))).toEqual({ secrets: ['old', 'older'], waiting: undefined });
});
