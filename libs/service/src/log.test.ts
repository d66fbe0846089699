// The log: secrets are struck out by name before a line exists.
import { expect, test } from '@jest/globals';
import { openLog } from './log.js';

function setUp(level: string) {
  const lines: string[] = [];
  return { lines, log: openLog('test', level, { write: (text) => void lines.push(text) }) };
}

function line(fields: object): Record<string, unknown> {
  const { lines, log } = setUp('info');
  log.info(fields, 'said');
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

test('what is undefined is not said, and what is said is JSON on one line', () => {
  const { lines, log } = setUp('info');
  log.error({ a: undefined, b: 'two\n"lines"', c: [1, null] }, 'it is "so"\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(String(lines[0]))).toEqual({
    level: 'error',
    service: 'test',
    time: expect.any(String),
    b: 'two\n"lines"',
    c: [1, null],
    msg: 'it is "so"\n',
  });
});

test('the time is the time, to the millisecond', () => {
  const before = Date.now();
  const { time } = line({});
  expect(new Date(String(time)).toISOString()).toBe(time);
  expect(Date.parse(String(time))).toBeGreaterThanOrEqual(before);
  expect(Date.parse(String(time))).toBeLessThanOrEqual(Date.now());
});

test('of an error its stack is told, with that of its cause', () => {
  const { err } = line({ err: new TypeError('outer', { cause: new Error('inner') }) });
  expect(err).toMatchObject({
    type: 'TypeError',
    message: 'outer: inner',
    stack: expect.stringMatching(/outer[^]*inner/),
  });
});

test('what cannot be said keeps nobody from going on', () => {
  const circle: { self?: object } = {};
  circle.self = circle;
  expect(line({ circle, number: 1n })).toMatchObject({ level: 'info', msg: 'said', fields: '[not JSON]' });
});

test.each([
  ['trace', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['error', ['error']],
  ['fatal', []],
])('at level %s, what is below it is not written', (level, expected) => {
  const { lines, log } = setUp(level);
  for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]({}, 'said');
  expect(lines.map((text) => (JSON.parse(text) as { level: string }).level)).toEqual(expected);
});
