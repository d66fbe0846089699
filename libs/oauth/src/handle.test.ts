// Proves that a handle opens only as itself: one spelling, one kind, one secret list.
import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { handleEntropy, mintHandle, openHandle } from './handle.js';

const secret = Buffer.alloc(32, 1);
const older = Buffer.alloc(32, 2);
const minted = mintHandle('access_token', secret, randomBytes(handleEntropy), 1_900_000_000);

describe('openHandle', () => {
  test('gives back key and expiry of what was minted', () => {
    const opened = openHandle('access_token', [secret], minted.handle);
    expect(opened?.key).toEqual(minted.key);
    expect(opened?.expiresAt).toBe(1_900_000_000);
    expect(minted.handle).toMatch(/^ory_at_[\w-]{40}\.[\w-]{32}$/);
  });

  test('opens with an older secret of the list, under the key it was stored by', () => {
    const old = mintHandle('refresh_token', older, randomBytes(handleEntropy), 5);
    expect(openHandle('refresh_token', [secret, older], old.handle)?.key).toEqual(old.key);
    expect(openHandle('refresh_token', [secret], old.handle)).toBeUndefined();
  });

  const text = minted.handle;
  const swap = (at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  test.each([
    ['another prefix', text.replace('ory_', 'cardea_')],
    ['no prefix', text.replace('ory_at_', '')],
    ['padding', `${text}=`],
    ['trailing newline', `${text}\n`],
    ['standard base64 letters', `${text.slice(0, -1)}+`],
    ['a changed payload', swap(10)],
    ['a changed MAC', swap(text.length - 1)],
    ['a changed expiry', swap(45)],
    ['truncated by one', text.slice(0, -1)],
    ['empty', ''],
    ['a long string', 'a'.repeat(100_000)],
  ])('refuses %s', (_name, forged) => {
    expect(openHandle('access_token', [secret], forged)).toBeUndefined();
  });

  test('I15: a hundred thousand are a hundred thousand, and each has 26 random bytes in it', () => {
    expect(handleEntropy).toBe(26);
    const made = Array.from({ length: 100_000 }, () =>
      mintHandle('authorization_code', secret, randomBytes(handleEntropy), 1_900_000_000),
    );
    expect(new Set(made.map(({ handle }) => handle)).size).toBe(100_000);
    expect(new Set(made.map(({ key }) => key.toString('latin1'))).size).toBe(100_000);
    // One bit of the random bytes makes another handle: none of them is left out.
    const entropy = Buffer.alloc(handleEntropy, 7);
    const one = mintHandle('access_token', secret, entropy, 1).handle;
    for (let bit = 0; bit < handleEntropy * 8; bit++) {
      const other = Buffer.from(entropy);
      other.writeUInt8((other[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
      expect(mintHandle('access_token', secret, other, 1).handle).not.toBe(one);
    }
  });

  test('refuses a handle of another kind', () => {
    expect(openHandle('refresh_token', [secret], text)).toBeUndefined();
    expect(openHandle('registration_access_token', [secret], text)).toBeUndefined();
    const verifier = mintHandle('login_verifier', secret, randomBytes(handleEntropy), 9);
    expect(verifier.handle).toMatch(/^[\w-]{40}\.[\w-]{32}$/);
    expect(openHandle('consent_verifier', [secret], verifier.handle)).toBeUndefined();
    expect(openHandle('login_verifier', [secret], verifier.handle)?.expiresAt).toBe(9);
  });
});
