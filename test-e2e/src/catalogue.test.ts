// The catalogue of attacks has no case without a test that bears its id: whoever removes the last one of a case hears of it here.
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './processes.js';

/** Cases by their letter: input, redirect URIs, client authentication, codes, JWTs, front channel, SSRF, load, keys, privacy. */
const cases: Readonly<Record<string, string>> = {
  A: '1-22 25-28 30-32',
  R: '1-26 28 30-37 39-47',
  C: '1-11 14-15 17-18',
  D: '1-7 9-12 15 18-21 23-24 26-28',
  E: '1-5 7 9-13 15-17 19-24',
  S: '1-7 9-16',
  G: '1-3 6-14',
  H: '1-6 8-14',
  I: '1-2 4-11 13-16',
  J: '1-8 10-12',
};

const ids = Object.entries(cases).flatMap(([letter, ranges]) =>
  ranges.split(' ').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, step) => letter + String(first + step).padStart(2, '0'));
  }),
);

/** What tests say in their code; what stands in comments is a promise of somebody. */
const said = ['libs', 'services', 'cli', 'helm', 'test-e2e'].flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.test.ts') && !file.includes('node_modules') && !file.endsWith('catalogue.test.ts'),
    )
    .flatMap((file) => readFileSync(path.join(root, room, file), 'utf8').split('\n'))
    .filter((line) => !/^\s*(?:\/\/|\*)/.test(line)),
);
const named = new Set(said.join('\n').match(/\b[A-JRS]\d{2}\b/g));

test('every case has a test that bears its id', () => {
  expect(ids).toHaveLength(194);
  expect(ids.filter((id) => !named.has(id))).toEqual([]);
});
