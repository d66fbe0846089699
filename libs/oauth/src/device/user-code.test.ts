// User codes: what is made, what is forgiven, and what is no code (RFC 8628 §6.1).
import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { UserCodeForm } from './user-code.js';
import { makeUserCode, normaliseUserCode, userCodePresets } from './user-code.js';

describe('codes made', () => {
  test.each<[string, UserCodeForm, RegExp]>([
    ['high', userCodePresets.high, /^[B-DF-HJ-NP-TV-Z2-9]{8}$/],
    ['medium', userCodePresets.medium, /^[A-Z]{8}$/],
    ['low', userCodePresets.low, /^[0-9]{9}$/],
    ['a set of our own', { length: 6, characters: 'abcdefXY' }, /^[a-fXY]{6}$/],
  ])('%s', (_name, form, expected) => {
    for (let round = 0; round < 50; round++) expect(makeUserCode(form, randomBytes)).toMatch(expected);
  });

  test('use every character equally often', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const made = makeUserCode({ length: 252, characters: userCodePresets.high.characters }, () => all);
    const counts = new Map<string, number>();
    for (const character of made) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect([...new Set(counts.values())]).toEqual([9]);
    expect(counts.size).toBe(28);
  });
});

describe('codes typed', () => {
  const mixed: UserCodeForm = { length: 6, characters: 'abcdefXYZ' };
  const small: UserCodeForm = { length: 6, characters: 'abcdefgh' };
  test.each<[string, string, UserCodeForm, string | undefined]>([
    ['as shown', 'BCDF2345', userCodePresets.high, 'BCDF2345'],
    ['lower case', 'bcdf2345', userCodePresets.high, 'BCDF2345'],
    ['with a dash', 'BCDF-2345', userCodePresets.high, 'BCDF2345'],
    ['with spaces everywhere', ' b c d f 2 3 4 5 ', userCodePresets.high, 'BCDF2345'],
    ['with dashes of typographers', 'BCDF\u20132345', userCodePresets.high, 'BCDF2345'],
    ['digits in groups', '123.456 789', userCodePresets.low, '123456789'],
    ['upper case where codes are lower', 'ABC-DEF', small, 'abcdef'],
    ['two cases stay two', 'abcXYZ', mixed, 'abcXYZ'],
    ['the wrong one of two cases', 'ABCXYZ', mixed, undefined],
    ['too short', 'BCDF234', userCodePresets.high, undefined],
    ['too long', 'BCDF23456', userCodePresets.high, undefined],
    ['a foreign character', 'BCDF234A', userCodePresets.high, undefined],
    ['markup', '<script>', userCodePresets.high, undefined],
    ['nothing', '', userCodePresets.high, undefined],
    ['separators alone', '--------', userCodePresets.high, undefined],
    ['50 KB of near-misses', 'BCDF-'.repeat(10_000), userCodePresets.high, undefined],
  ])('%s', (_name, typed, form, expected) => {
    expect(normaliseUserCode(typed, form)).toBe(expected);
  });
});
