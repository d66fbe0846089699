// Pieces of random bytes: as long as asked for, none twice, nobody's in another's hands.
import { expect, test } from '@jest/globals';
import { createRandom } from './random.js';

test.each([0, 1, 16, 24, 127, 128, 129, 5000])('%d bytes are as many', (bytes) => {
  const random = createRandom();
  for (let round = 0; round < 100; round++) expect(random(bytes)).toHaveLength(bytes);
});

test('no piece comes twice, across many draws and sizes', () => {
  const random = createRandom();
  const seen = new Set<string>();
  for (let round = 0; round < 20_000; round++) seen.add(random(16 + (round % 3) * 5).toString('hex'));
  expect(seen.size).toBe(20_000);
});

test('a piece keeps its bytes whatever is drawn or written later', () => {
  const random = createRandom();
  const [first, second] = [random(32), random(32)];
  const before = Buffer.from(second);
  first.fill(0xff);
  for (let round = 0; round < 500; round++) random(64).fill(0);
  expect(first.equals(Buffer.alloc(32, 0xff))).toBe(true);
  expect(second.equals(before)).toBe(true);
});

test('every bit is as often one as zero, within six standard deviations', () => {
  const random = createRandom();
  const pieces = 4096;
  const ones = new Array<number>(16 * 8).fill(0);
  for (let round = 0; round < pieces; round++) {
    random(16).forEach((byte, index) => {
      for (let bit = 0; bit < 8; bit++) ones[index * 8 + bit]! += (byte >> bit) & 1;
    });
  }
  const allowed = 6 * Math.sqrt(pieces / 4);
  for (const count of ones) expect(Math.abs(count - pieces / 2)).toBeLessThan(allowed);
});
