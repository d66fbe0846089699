// The page of a run and its pictures.
import { expect, test } from '@jest/globals';
import { page } from './page.js';
import { ticks } from './picture/svg.js';
import { results } from './results.fixture.js';

const files = page(results);

test('the page holds its pictures, works without scripts, and asks nobody for anything', () => {
  expect(Object.keys(files).sort()).toEqual([
    'index.html',
    'lateness.svg',
    'memory.svg',
    'requests.svg',
    'results.json',
  ]);
  const html = files['index.html'] ?? '';
  expect(html.match(/<svg /g)).toHaveLength(3);
  expect(html).not.toMatch(/<script|<link|src=|url\(/);
  expect(html).toContain('prefers-color-scheme: dark');
  expect(JSON.parse(files['results.json'] ?? '')).toEqual(results);
});

test('names are text, whatever they hold', () => {
  expect(files['index.html']).not.toContain('other <1>');
  expect(files['requests.svg']).toContain('other &#60;1&#62;');
});

test('bars are as long as what they stand for, with a mark where they must not come', () => {
  const svg = files['requests.svg'] ?? '';
  const widths = [...svg.matchAll(/<rect x="210" y="[\d.]+" width="([\d.]+)" height="11" class="(s\d)"/g)];
  const [ours, theirs] = ['s0', 's1'].map((series) => Number(widths.findLast(([, , kind]) => kind === series)?.[1]));
  // 100 µs of ours, 400 of the other.
  expect((theirs ?? 0) / (ours ?? 1)).toBeCloseTo(4, 1);
  expect(svg.match(/class="never"/g)).toHaveLength(3);
});

test.each([
  [400, [0, 100, 200, 300, 400]],
  [9, [0, 5, 10]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [1, [0, 0.5, 1]],
])('an axis up to %d has round marks', (highest, expected) => {
  expect(ticks(highest).map((tick) => Number(tick.toFixed(6)))).toEqual(expected);
});
