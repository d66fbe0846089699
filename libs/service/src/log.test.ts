// The log: secrets are struck out by name before a line exists.
import { expect, test } from '@jest/globals';
import { openLog } from './log.js';

function line(fields: object): Record<string, unknown> {
  const lines: string[] = [];
  openLog('test', 'info', { write: (text) => void lines.push(text) }).info(fields, 'said');
  return JSON.parse(lines.join('')) as Record<string, unknown>;
}

test.each<[string, object, object]>([
  ['at the top', { token: 'canary', a: 1 }, { token: '[redacted]', a: 1 }],
  [
    'one level below',
    { form: { client_secret: 'canary', scope: 'a' } },
    { form: { client_secret: '[redacted]', scope: 'a' } },
  ],
  [
    'whatever its type',
    { code: { deep: 'canary' }, headers: { cookie: ['canary'] } },
    { code: '[redacted]', headers: { cookie: '[redacted]' } },
  ],
  ['but not names', { parameters: ['code', 'token'], none: null }, { parameters: ['code', 'token'], none: null }],
])('secrets are struck out %s', (_name, fields, expected) => {
  const before = structuredClone(fields);
  const written = line(fields);
  expect(written).toMatchObject(expected);
  expect(JSON.stringify(written)).not.toContain('canary');
  expect(fields).toEqual(before);
});

test('a line says who, when, how bad and what', () => {
  expect(line({})).toEqual({ level: 'info', service: 'test', msg: 'said', time: expect.stringMatching(/^\d{4}-.*Z$/) });
});
