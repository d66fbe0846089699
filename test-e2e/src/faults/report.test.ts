// Orders on the command line, outcomes in numbers, and tables for people.
import { describe, expect, test } from '@jest/globals';
import type { Ask } from './history.js';
import { judgeCounts, signedInput } from './ledger.js';
import { readOptions, UsageError } from './options.js';
import type { Outcome } from './outcome.js';
import { isGreen, outcomeOf, verdictOf } from './outcome.js';
import { createRandom } from './random.js';
import { markdownTable, showBreach, showTable, writeSection } from './table.js';

const breach = { invariant: 'INV2' as const, subject: 'access-1', sentence: 'it came back', history: ['00:00 issued'] };
const facts = {
  id: 'F10',
  how: 'FLUSHALL',
  seconds: 3,
  tokens: 9,
  ended: 2,
  recoveryMillis: 120,
  breaches: [],
  notes: [],
};
const ask = (outcome: Ask['outcome'], millis: number): Ask => ({
  what: 'issue',
  by: 'g',
  sent: 0,
  answered: millis,
  outcome,
});

describe('options', () => {
  const ids = ['F01', 'F10'];
  test('say what they say', () => {
    expect(readOptions(['--only', 'f01,F10', '--seconds=3', '--json', '--write', 'a.md'], ids)).toMatchObject({
      ...{ only: ['F01', 'F10'], seconds: 3, json: true, write: 'a.md' },
    });
    expect(readOptions(['--json', '--help'], ids)).toBe('help');
  });
  test.each([[['--only', 'F99']], [['--seconds', 'x']], [['--seconds', '0']], [['--write']], [['--what']]])(
    '%j',
    (argv) => {
      expect(() => readOptions(argv, ids)).toThrow(UsageError);
    },
  );
});

describe('outcomes', () => {
  const asks = [
    ask('answered', 5),
    ask('refused', 30),
    ask('refused', 10),
    ask('absent', 0),
    ask('lost', 1),
    ask('late', 9),
  ];
  test('count what reached somebody', () => {
    expect(outcomeOf(facts, asks)).toMatchObject({ requests: 5, refusals: 2, lost: 2, refusalMillis: 30 });
    expect(outcomeOf(facts, []).refusalMillis).toBeUndefined();
  });
  test.each<[Partial<Outcome>, string, boolean]>([
    [{}, 'holds', true],
    [{ breaches: [breach, breach] }, 'BROKEN INV2', false],
    [{ recoveryMillis: undefined }, 'does not recover', false],
    [{ failed: 'no such trigger' }, 'not made: no such trigger', false],
  ])('%j: %s', (more, verdict, green) => {
    const outcome = { ...outcomeOf(facts, asks), ...more };
    expect([verdictOf(outcome), isGreen(outcome)]).toEqual([verdict, green]);
  });
});

describe('tables', () => {
  const outcomes = [
    outcomeOf(facts, [ask('refused', 30)]),
    outcomeOf({ ...facts, notes: ['8 times'], how: 'a|b' }, []),
  ];
  test('for a terminal', () => {
    const lines = showTable(outcomes).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).at(-1))).toEqual(['what is done', 'FLUSHALL', 'a|b (8 times)']);
    expect(lines[1]).toMatch(/^F10 +1 +1 +0 +30 ms +holds +0.1 s /);
  });
  test('for a document, between its marks', () => {
    const table = markdownTable(outcomes);
    expect(table.split('\n')[3]).toBe(
      '| F10   | a\\|b (8 times) | 0        | 0       | 0    | –           | holds      | 0.1 s      |',
    );
    const [begin, end] = ['begin', 'end'].map((mark) => `<!-- made by \`npm run faults -- --write\`: ${mark} -->`);
    const document = `before\n${begin}\nold\n${end}\nafter\n`;
    expect(writeSection(document, 'new')).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter\n`);
    expect(() => writeSection('no marks', 'new')).toThrow('no lines');
  });
  test('a breach comes with its history', () =>
    expect(showBreach(breach)).toBe('INV2: it came back\n    00:00 issued'));
});

test('INV6: a JWT is in the record once', () => {
  const input = signedInput('e30.e30.c2ln');
  expect(input).toMatch(/^[0-9a-f]{64}$/);
  expect(['cardea_at_x', 'a.b', 'a.b.c.d.e'].map(signedInput)).toEqual([undefined, undefined, undefined]);
  const signed = [{ name: 'jwt-1', input: input ?? '' }];
  const broken = (count: number) =>
    judgeCounts(signed, new Map([[input ?? '', count]])).map(({ invariant }) => invariant);
  expect([broken(0), broken(1), broken(2)]).toEqual([['INV6'], [], ['INV6']]);
});

test('the same seed is the same chance, spread over the range', () => {
  const draw = (seed: number) => Array.from({ length: 200 }, createRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(7).every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(draw(7).map((number) => Math.floor(number * 10))).size).toBe(10);
});
