// What the command line of the benchmark is taken to mean.
import { expect, test } from '@jest/globals';
import { help, readOptions } from './options.js';
import { scenarios } from './scenarios/index.js';

const names = ['jwks', 'discovery', 'flow'];

test('without options: everything, five rounds, 64 connections', () => {
  expect(readOptions([], names)).toMatchObject({
    plan: { scenarios: names, rounds: 5, sliceMillis: 5_000, warmUpMillis: 1_000, units: 3_000 },
    connections: 64,
    attach: undefined,
    json: undefined,
    signer: false,
  });
});

test('the signer alone', () => expect(readOptions(['--signer'], names)).toMatchObject({ signer: true }));

test('a quick run is shorter, and what is said outright wins', () => {
  const options = readOptions(['--quick', '--rounds', '7', '--only', 'flow, jwks', '--json', 'f.json'], names);
  expect(options).toMatchObject({
    plan: { scenarios: ['jwks', 'flow'], rounds: 7, sliceMillis: 2_000 },
    json: 'f.json',
  });
});

test.each([
  [['--only', 'nope'], "no scenario 'nope'"],
  [['--rounds', '0'], '--rounds'],
  [['--seconds', '1.5'], '--seconds'],
  [['--connections', 'many'], '--connections'],
  [['--fast'], '--fast'],
])('%j is refused', (argv, why) => expect(() => readOptions(argv, names)).toThrow(why));

test('the help names every scenario', () => {
  expect(readOptions(['--help'], names)).toBe('help');
  for (const { name, about } of scenarios)
    expect(help(scenarios)).toMatch(new RegExp(`^  ${name} +${about.slice(0, 20)}`, 'm'));
});

test('a peer that runs already is told by its places and processes, all together', () => {
  const peer = ['--peer-public', 'http://a:4444', '--peer-admin', 'http://a:4445'];
  const read = readOptions([...peer, '--peer-pids', 'hydra=1,postgres=22'], ['x']);
  expect(read).toMatchObject({ peer: { public: 'http://a:4444', pids: { hydra: 1, postgres: 22 } } });
  expect(() => readOptions(peer, ['x'])).toThrow('belong together');
  expect(() => readOptions([...peer, '--peer-pids', 'hydra'], ['x'])).toThrow('hydra=4711');
});

test('a share of ten million rows is a number above zero', () => {
  expect(readOptions(['--large', '0.1'], ['x'])).toMatchObject({ large: 0.1 });
  expect(() => readOptions(['--large', 'x'], ['x'])).toThrow('a share such as 0.1');
});
