// Tables of prompt, max_age and sessions to what a person is asked.
import { describe, expect, test } from '@jest/globals';
import type { OAuthError } from '../errors.js';
import type { Prompt } from './prompt.js';
import { decideConsent, decideLogin, parseMaxAge, parsePrompt } from './prompt.js';

const verdict = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as OAuthError).code;
  }
};

test.each<[string | undefined, unknown]>([
  [undefined, []],
  ['none', ['none']],
  ['login consent', ['login', 'consent']],
  ['login  login', ['login']],
  ['registration', ['create']],
  ['select_account', ['select_account']],
  ['none login', 'invalid_request'],
  ['create login', 'invalid_request'],
  ['none create', 'invalid_request'],
  ['NONE', 'invalid_request'],
  ['foo', 'invalid_request'],
  ['constructor', 'invalid_request'],
  ['login\tconsent', 'invalid_request'],
])('parsePrompt(%j)', (text, expected) => {
  expect(verdict(() => parsePrompt(text))).toEqual(expected);
});

test.each<[string | undefined, unknown]>([
  [undefined, undefined],
  ['0', 0],
  ['3600', 3600],
  ['2147483647', 2_147_483_647],
  ['2147483648', 'invalid_request'],
  ['-1', 'invalid_request'],
  ['+1', 'invalid_request'],
  ['1e3', 'invalid_request'],
  ['0x10', 'invalid_request'],
  ['1.5', 'invalid_request'],
  ['99999999999999999999', 'invalid_request'],
  ['1 ', 'invalid_request'],
  ['1\n', 'invalid_request'],
  ['abc', 'invalid_request'],
])('parseMaxAge(%j)', (text, expected) => {
  expect(verdict(() => parseMaxAge(text))).toEqual(expected);
});

describe('decideLogin', () => {
  const session = { subject: 'ann', authenticatedAt: 900, acr: 'silver' };
  type Row = [
    prompt: Prompt[],
    session: boolean,
    maxAge: number | undefined,
    hint: boolean | undefined,
    verdict: string,
  ];
  test.each<Row>([
    [[], false, undefined, undefined, 'login'],
    [[], true, undefined, undefined, 'skip'],
    [[], true, 100, undefined, 'skip'],
    [[], true, 99, undefined, 'login'],
    [[], true, 0, undefined, 'login'],
    [[], true, undefined, true, 'skip'],
    [[], true, undefined, false, 'login_required'],
    [[], true, 1, false, 'login'],
    [['consent'], true, undefined, undefined, 'skip'],
    [['login'], true, undefined, undefined, 'login'],
    [['login'], true, undefined, false, 'login'],
    [['select_account'], true, undefined, undefined, 'login'],
    [['create'], true, undefined, undefined, 'login'],
    [['none'], false, undefined, undefined, 'login_required'],
    [['none'], true, undefined, undefined, 'skip'],
    [['none'], true, 1, undefined, 'login_required'],
    [['none'], true, 0, undefined, 'login_required'],
    [['none'], true, undefined, false, 'login_required'],
    [['none'], true, undefined, true, 'skip'],
  ])('prompt %j, session %s, max_age %s, hint matches %s: %s', (prompt, logged, maxAge, hintMatches, expected) => {
    const result = decideLogin({ prompt, session: logged ? session : undefined, maxAge, hintMatches, now: 1000 });
    expect(result.kind === 'deny' ? result.error : result.kind).toBe(expected);
  });
});

describe('decideLogin by the claims parameter', () => {
  const session = { subject: 'ann', authenticatedAt: 900, acr: 'silver' };
  test.each<[readonly string[] | undefined, boolean | undefined, Prompt[], string]>([
    [['gold', 'silver'], undefined, [], 'skip'],
    [['gold'], undefined, [], 'login'],
    [['gold'], undefined, ['none'], 'login_required'],
    [undefined, true, [], 'skip'],
    [undefined, false, [], 'login'],
    [undefined, false, ['none'], 'login_required'],
  ])('acr %j, subject matches %s, prompt %j: %s', (essentialAcr, subjectMatches, prompt, expected) => {
    const question = { prompt, session, maxAge: undefined, hintMatches: undefined, now: 1000 };
    const result = decideLogin({ ...question, essentialAcr, subjectMatches });
    expect(result.kind === 'deny' ? result.error : result.kind).toBe(expected);
  });
});

describe('decideConsent', () => {
  const https = 'https://app.example/cb';
  test.each<[Prompt[], boolean, string, boolean | undefined, string]>([
    [[], false, https, undefined, 'consent'],
    [[], false, https, false, 'consent'],
    [[], false, https, true, 'skip'],
    [['consent'], false, https, true, 'consent'],
    [['none'], false, https, true, 'skip'],
    [['none'], false, https, false, 'consent_required'],
    [['none'], false, https, undefined, 'consent_required'],
    [[], true, https, true, 'skip'],
    [[], true, 'http://127.0.0.1:9/cb', true, 'skip'],
    [[], true, 'http://localhost:9/cb', true, 'skip'],
    [[], true, 'http://app.example/cb', true, 'consent'],
    [[], true, 'com.app:/cb', true, 'consent'],
    [['none'], true, 'com.app:/cb', true, 'consent_required'],
    [[], false, 'com.app:/cb', true, 'skip'],
  ])('prompt %j, public %s, %s, covered %s: %s', (prompt, publicClient, redirectUri, covered, expected) => {
    const result = decideConsent({ prompt, publicClient, redirectUri, covered });
    expect(result.kind === 'deny' ? result.error : result.kind).toBe(expected);
  });
});
