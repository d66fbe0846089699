// What the table of the signer's figures says of them.
import { expect, test } from '@jest/globals';
import type { SignerResult } from './signer.js';
import { showSigner } from './signer.js';

const result = (place: string, keysMicros: number, postgresMicros: number): SignerResult => ({
  ...{ place, scenario: 'sign-es256', perSecond: 4_000, keysMicros, postgresMicros, loopP99Millis: 1.25 },
});

test('a core makes as many as its microseconds allow, and the record costs what both processes need more with it', () => {
  const text = showSigner([
    result('SoftHSM', 125, 20),
    result('software', 80, 20),
    result('software, no record', 50, 1),
  ]);
  const rows = text.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows[2]).toEqual(['sign-es256', 'SoftHSM', '4000', '125', '8000', '20', '-', '1.3']);
  expect(rows[3]).toEqual(['sign-es256', 'software', '4000', '80', '12500', '20', '49', '1.3']);
  expect(rows[4]).toEqual(['sign-es256', 'software, no record', '4000', '50', '20000', '1', '-', '1.3']);
});
