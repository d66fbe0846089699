// A seal that counts what it opens, so that one sees what was remembered.
import { randomBytes } from 'node:crypto';
import type { Seal } from './seal.js';
import { createSeal } from './seal.js';

export function countingSeal(purpose: string): { readonly seal: Seal; readonly count: { opened: number } } {
  const seal = createSeal(['a-secret-of-at-least-32-characters-for-tests'], purpose, randomBytes);
  const count = { opened: 0 };
  return {
    count,
    seal: {
      ...seal,
      open(context, sealed) {
        count.opened++;
        return seal.open(context, sealed);
      },
    },
  };
}
