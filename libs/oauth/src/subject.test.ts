// Public clients see the subject, pairwise ones a value of their sector.
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { clientSubject } from './subject.js';

const pairwise = {
  subjectType: 'pairwise',
  sectorIdentifierUri: '',
  redirectUris: ['https://a.example/1', 'https://a.example/2'],
};
const sub = (host: string) => createHash('sha256').update(`${host}annsalt-salt`).digest('hex');

test.each([
  ['public', { ...pairwise, subjectType: 'public' }, '', 'ann'],
  ['public ignores a forced value', { ...pairwise, subjectType: '' }, 'x', 'ann'],
  ['pairwise by redirect host', pairwise, '', sub('a.example')],
  ['pairwise by sector', { ...pairwise, sectorIdentifierUri: 'https://b.example/s.json' }, '', sub('b.example')],
  ['pairwise forced', pairwise, 'x', 'x'],
])('%s', (_name, client, forced, expected) => {
  expect(clientSubject('ann', client, 'salt-salt', forced)).toBe(expected);
});

test('without a salt, a pairwise client never sees the real subject', () => {
  expect(() => clientSubject('ann', pairwise, '', '')).toThrow(/no pairwise/);
});

test('several hosts name no sector', () => {
  const client = { ...pairwise, redirectUris: ['https://a.example/', 'https://b.example/'] };
  expect(() => clientSubject('ann', client, 's', '')).toThrow(/several hosts/);
});
