// What the command line of the benchmark is taken to mean.
import { expect, test } from '@jest/globals';
import { help } from './help.js';
import { readOptions } from './options.js';
import { scenarios } from './scenarios/index.js';
import { variants } from './variants.js';

const names = [{ name: 'jwks' }, { name: 'discovery' }, { name: 'flow' }, { name: 'cold', long: true as const }];
const all = names.map(({ name }) => name);

test('without options: everything, five rounds, 64 connections', () => {
  expect(readOptions([], names)).toMatchObject({
    plan: { scenarios: all, rounds: 5, sliceMillis: 5_000, warmUpMillis: 800, warmUps: 6, units: 3_000 },
    ...{ connections: 64, keys: 'software', attach: undefined, instead: undefined, variants: [], widths: [] },
    ...{ outputs: { json: undefined, from: undefined }, coldStarts: 5, correctness: true, full: false },
  });
});

test('services are killed in whole runs only, and those of others are neither killed nor started', () => {
  expect(readOptions(['--quick'], names)).toMatchObject({ correctness: false });
  expect(readOptions(['--only', 'jwks'], names)).toMatchObject({ correctness: false });
  expect(readOptions(['--only', 'jwks', '--correctness'], names)).toMatchObject({ correctness: true });
  expect(readOptions(['--attach', 'demo.json'], names)).toMatchObject({ coldStarts: 0 });
});

test.each([
  [['--signer'], { kind: 'signer' }],
  [['--large', '0.1'], { kind: 'large', share: 0.1 }],
  [['--rebase', 'rows are sealed now'], { kind: 'rebase', why: 'rows are sealed now' }],
])('%j is a run of its own', (argv, instead) => expect(readOptions(argv, names)).toMatchObject({ instead }));

test('everything there is', () => {
  const options = readOptions(['--full'], names);
  expect(options).toMatchObject({
    ...{ full: true, peers: true, correctness: true },
    statements: true,
    widths: [16, 256],
    openLoop: { perSecond: undefined },
  });
  expect(options).toMatchObject({ plan: { scenarios: all }, variants: variants.map(({ name }) => ({ name })) });
});

test('a quick run is shorter, and what is said outright wins', () => {
  const options = readOptions(['--quick', '--rounds', '7', '--only', 'flow, jwks', '--json', 'f.json'], names);
  expect(options).toMatchObject({
    plan: { scenarios: ['jwks', 'flow'], rounds: 7, sliceMillis: 2_000 },
    outputs: { json: 'f.json' },
  });
  expect(readOptions(['--quick'], names)).toMatchObject({ plan: { scenarios: ['jwks', 'discovery', 'flow'] } });
});

test.each([
  [['--only', 'nope'], "no scenario 'nope'"],
  [['--rounds', '0'], '--rounds'],
  [['--seconds', '1.5'], '--seconds'],
  [['--connections', 'many'], '--connections'],
  [['--fast'], '--fast'],
  [['--keys', 'paper'], '--keys'],
  [['--variants', 'pear'], "no variant 'pear'"],
  [['--rebase', 'because'], 'the reason'],
  [['--gate', '--signer'], 'two runs'],
  [['--large', 'x'], 'a share such as 0.1'],
])('%j is refused', (argv, why) => expect(() => readOptions(argv, names)).toThrow(why));

test('the help names every scenario', () => {
  expect(readOptions(['--help'], names)).toBe('help');
  for (const { name, about } of scenarios)
    expect(help(scenarios)).toMatch(new RegExp(`^  ${name} +${about.slice(0, 20)}`, 'm'));
});

test('a peer that runs already is told by its places and processes, all together', () => {
  const peer = ['--peer-public', 'http://a:4444', '--peer-admin', 'http://a:4445'];
  const read = readOptions([...peer, '--peer-pids', 'hydra=1,postgres=22'], names);
  expect(read).toMatchObject({ peer: { public: 'http://a:4444', pids: { hydra: 1, postgres: 22 } } });
  expect(() => readOptions(peer, names)).toThrow('belong together');
  expect(() => readOptions([...peer, '--peer-pids', 'hydra'], names)).toThrow('hydra=4711');
});
