// Against node:crypto's own spelling, and DER written by hand for what chance seldom brings.
import { expect, test } from '@jest/globals';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { ecdsaFromDer, ecdsaToDer } from './ecdsa.js';

test.each([
  ['P-256', 32, 300],
  ['P-384', 48, 20],
  ['P-521', 66, 20],
])('what is signed with %s verifies as JWS spells it', (namedCurve, partBytes, count) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  for (let index = 0; index < count; index++) {
    const input = Buffer.from(`header.claims ${String(index)}`);
    const signature = ecdsaFromDer(sign('sha256', input, privateKey), partBytes);
    expect(signature).toHaveLength(2 * partBytes);
    expect(verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(verify('sha256', input, publicKey, ecdsaToDer(signature))).toBe(true);
  }
});

const full = `00${'ff'.repeat(32)}`;

test.each([
  [
    'both full, each with a zero before it',
    `3046022100${'ff'.repeat(32)}022100${'ee'.repeat(32)}`,
    `${'ff'.repeat(32)}${'ee'.repeat(32)}`,
  ],
  ['both short', '3006020101020102', `${'01'.padStart(64, '0')}${'02'.padStart(64, '0')}`],
  ['one short with a zero before it', `3027020200ff0221${full}`, `${'ff'.padStart(64, '0')}${'ff'.repeat(32)}`],
])('%s', (_what, der, raw) => {
  expect(ecdsaFromDer(Buffer.from(der, 'hex'), 32).toString('hex')).toBe(raw);
  expect(ecdsaToDer(Buffer.from(raw, 'hex')).toString('hex')).toBe(der);
});

test.each([
  ['nothing', ''],
  ['no numbers', '3000'],
  ['a number that is too long', `3047022200${full}022100${'ee'.repeat(32)}`],
  ['one that is cut off', `3046022100${'ff'.repeat(32)}022100${'ee'.repeat(31)}`],
  ['something behind it', '300602010102010200'],
  ['an empty number', '30050200020102'],
])('not %s', (_what, der) => {
  expect(() => ecdsaFromDer(Buffer.from(der, 'hex'), 32)).toThrow(RangeError);
});
