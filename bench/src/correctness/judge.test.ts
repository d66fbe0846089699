// What passes for correct under load, and what does not: each rule with an answer that breaks it.
import { expect, test } from '@jest/globals';
import type { HttpAnswer } from '../load/http-text.js';
import { hear, judgeCode, judgeRefresh, judgeSeen } from './judge.js';

const answer = (status: number, body: object, head = ''): HttpAnswer => ({
  ...{ status, head: `HTTP/1.1 ${String(status)} x\r\n${head}` },
  body: Buffer.from(JSON.stringify(body)),
});
const given = (name: string) => hear(answer(200, { access_token: `a-${name}`, refresh_token: `r-${name}` }));
const refused = hear(answer(400, { error: 'invalid_grant' }));
const unknown = hear(answer(503, { error: 'temporarily_unavailable' }, 'Retry-After: 1\r\n'));

test.each<[string, HttpAnswer | Error, string]>([
  ['a 503 that does not say when to come again', answer(503, {}), 'no Retry-After'],
  ['another refusal', answer(400, { error: 'invalid_request' }), '400'],
  ['half of what was asked for', answer(200, { access_token: 'a' }), '200'],
  ['a 500', answer(500, {}), '500'],
  ['no answer', new Error('closed'), 'no answer: closed'],
])('%s is wrong', (_what, heard, flaw) =>
  expect(judgeCode([given('x'), hear(heard)])).toEqual([expect.stringContaining(flaw)]),
);

test.each([
  [[given('x'), refused], []],
  [[given('x'), unknown], []],
  [[unknown, unknown, given('x')], []],
  // Used by a request whose answer was lost.
  [[unknown, refused], []],
  [[given('x'), given('x')], ['redeemed 2 times']],
  [[refused, refused], ['nobody can have used it']],
])('a code that hears %j', (heard, breaches) =>
  expect(judgeCode(heard)).toEqual(breaches.map((words) => expect.stringContaining(words) as unknown)),
);

test.each([
  [[given('x'), given('x')], []],
  [[unknown, given('x')], []],
  [[given('x'), given('y')], ['2 successors']],
  [[given('x'), refused], ['called invalid']],
])('a refresh token that hears %j', (heard, breaches) =>
  expect(judgeRefresh(heard)).toEqual(breaches.map((words) => expect.stringContaining(words) as unknown)),
);

test.each([
  [true, true, false, 0],
  [false, false, true, 0],
  [false, false, false, 1],
  [true, false, true, 1],
])('access %j, refresh %j, presented again %j', (accessActive, refreshActive, mayBeEnded, breaches) =>
  expect(judgeSeen({ accessActive, refreshActive, mayBeEnded })).toHaveLength(breaches),
);
