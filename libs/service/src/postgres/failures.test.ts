// Which failures of PostgreSQL pass, which cast doubt on the server, and which are errors of somebody else.
import { expect, test } from '@jest/globals';
import { doubtsServer, isPassing, lostConflict, saidNothing } from './failures.js';

const sent = (code: string) => Object.assign(new Error('as PostgreSQL words it'), { code, severity: 'ERROR' });

test.each<[string, Error, { passes: boolean; doubtsServer: boolean; saidNothing: boolean }]>([
  ['a lock that took too long', sent('55P03'), { passes: true, doubtsServer: false, saidNothing: false }],
  ['a deadlock', sent('40P01'), { passes: true, doubtsServer: false, saidNothing: false }],
  ['a statement that took too long', sent('57014'), { passes: true, doubtsServer: false, saidNothing: false }],
  ['a server that is shut down', sent('57P01'), { passes: true, doubtsServer: true, saidNothing: false }],
  ['no connection left', sent('53300'), { passes: true, doubtsServer: false, saidNothing: false }],
  ['a standby', sent('25006'), { passes: false, doubtsServer: true, saidNothing: false }],
  ['a duplicate', sent('23505'), { passes: false, doubtsServer: false, saidNothing: false }],
  ['silence', new Error('Query read timeout'), { passes: true, doubtsServer: true, saidNothing: true }],
  [
    'a connection that was lost',
    new Error('Connection terminated unexpectedly'),
    { passes: true, doubtsServer: true, saidNothing: false },
  ],
])('%s', (_what, error, verdict) => {
  expect({ passes: isPassing(error), doubtsServer: doubtsServer(error), saidNothing: saidNothing(error) }).toEqual(
    verdict,
  );
});

test('an error of somebody else does not pass', () => {
  expect(isPassing(new TypeError('not a function'))).toBe(false);
  expect(isPassing(undefined)).toBe(false);
});

test.each([
  ['40P01', true],
  ['40001', true],
  ['40003', false],
  ['55P03', false],
  ['57P01', false],
])('%s was given up for the sake of another transaction: %j', (code, lost) => {
  expect(lostConflict(sent(code))).toBe(lost);
  expect(lostConflict(new Error(code))).toBe(false);
});
