// What a whole run is about, and that it ends in time.
import { expect, test } from '@jest/globals';
import { agendaOf, timetableOf } from './agenda.js';
import type { Options } from './options.js';
import { readOptions } from './options.js';
import { createPace, secondsOf } from './pace.js';
import { scenarios } from './scenarios/index.js';

const optionsOf = (...argv: string[]): Options => {
  const options = readOptions(argv, scenarios);
  if (options === 'help') throw new Error('no run');
  return options;
};
const long = scenarios.filter((scenario) => scenario.long === true).map(({ name }) => name);

test('everything there is takes less than half an hour, a usual run about a quarter', () => {
  expect(secondsOf(timetableOf(optionsOf('--full')))).toBeLessThan(30 * 60);
  expect(secondsOf(timetableOf(optionsOf()))).toBeLessThan(18 * 60);
  expect(secondsOf(timetableOf(optionsOf('--quick')))).toBeLessThan(5 * 60);
});

test('a full run has every scenario of ours, and of others what differs', () => {
  const agenda = agendaOf(optionsOf('--full'));
  expect(agenda.own).toEqual(scenarios.map(({ name }) => name));
  expect(agenda.seldom).toEqual(long);
  const peer = agenda.peer('oidc-provider');
  expect(peer).toEqual(expect.arrayContaining(['client-credentials', 'code-exchange-rs256', 'refresh', 'flow', 'mix']));
  expect(peer.filter((name) => [...long, 'introspection-grpc', 'client-credentials-jwt'].includes(name))).toEqual([]);
  expect(agenda.peer(undefined)).toContain('client-credentials-jwt');
  expect(agenda.widths).toHaveLength(5);
  expect(agenda.variants.map(({ variant }) => variant.name)).toEqual(['pair', 'hsm', 'slow-hsm', 'tls']);
});

test('what was asked for by name is what is measured, everywhere', () => {
  const agenda = agendaOf(optionsOf('--full', '--only', 'revoke'));
  expect([agenda.own, agenda.openLoop, agenda.widths, agenda.statements, agenda.peer('oidc-provider')]).toEqual(
    Array.from({ length: 5 }, () => ['revoke']),
  );
  expect(agenda.variants).toEqual([]);
});

test('what is left is what was expected, until the part under way says otherwise', () => {
  let now = 0;
  const pace = createPace(
    [
      ['first', 600],
      ['second', 600],
    ],
    () => now,
  );
  expect(pace.left()).toBe('20 minutes left');
  pace.begin('first');
  pace.at(0.5);
  now = 600_000;
  // Half of it took ten minutes, so the other half will; then what comes after.
  expect(pace.left()).toBe('20 minutes left');
  pace.begin('second');
  expect(pace.left()).toBe('10 minutes left');
  pace.at(0.95);
  now += 570_000;
  expect(pace.left()).toBe('a minute left');
});
