// What the veil hides: signatures open with any of the secrets, subjects are hashes under the first.
import { expect, test } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { createVeil } from './answers.js';

const secret = () => randomBytes(32);

test('the signatures of one commit open each for itself, whatever their lengths', () => {
  const veil = createVeil([secret()], randomBytes);
  const signatures = [64, 256, 132, 1, 96, 64].map((bytes) => randomBytes(bytes));
  const sealed = veil.seal(signatures);
  expect(sealed.map((one = Buffer.alloc(0)) => veil.open(one))).toEqual(signatures.map((one) => [one]));
  // One byte may be its own cipher text.
  const long = signatures
    .map((signature, index) => ({ signature, index }))
    .filter(({ signature }) => signature.length > 1);
  for (const { signature, index } of long) expect(sealed[index]?.includes(signature)).toBe(false);
});

test('no block of the key stream is used twice', () => {
  const veil = createVeil([secret()], randomBytes);
  const zeros = Array.from({ length: 50 }, () => Buffer.alloc(33));
  const blocks = [...veil.seal(zeros), ...veil.seal(zeros)].flatMap((sealed) =>
    [16, 32, 48].map((at) => sealed?.subarray(at, at === 48 ? 49 : at + 16).toString('hex')),
  );
  const whole = blocks.filter((block) => block?.length === 32);
  expect(whole).toHaveLength(200);
  expect(new Set(whole).size).toBe(200);
});

test('a new secret in front seals, and the old ones still open', () => {
  const [old, young] = [secret(), secret()];
  const signature = randomBytes(64);
  const [sealed = Buffer.alloc(0)] = createVeil([old], randomBytes).seal([signature]);
  expect(createVeil([young, old], randomBytes).open(sealed)).toContainEqual(signature);
  expect(createVeil([young], randomBytes).open(sealed)).not.toContainEqual(signature);
});

test('what is too short to have been sealed opens to nothing', () => {
  expect(createVeil([secret()], randomBytes).open(Buffer.alloc(15))).toEqual([]);
});

test('subjects are HMACs: the same for the same secret and subject only', () => {
  const [one, other] = [secret(), secret()].map((first) => createVeil([first], randomBytes));
  expect(one?.subjectHash('alice')).toEqual(one?.subjectHash('alice'));
  expect(one?.subjectHash('alice')).not.toEqual(one?.subjectHash('bob'));
  expect(one?.subjectHash('alice')).not.toEqual(other?.subjectHash('alice'));
  expect(one?.subjectHash('')).toHaveLength(0);
  // As HKDF and HMAC of the platform make it.
  const known = createVeil([Buffer.alloc(32, 1)], randomBytes).subjectHash('alice');
  expect(known).toEqual(
    createHmac('sha256', Buffer.from('57ac21d785b0361a0d177a7bda9b3f19203accfe4e746997b967804c645e84c7', 'hex'))
      .update('alice')
      .digest('hex'),
  );
});

test('without a secret nothing is sealed, hashed or opened', () => {
  const veil = createVeil([], randomBytes);
  expect(veil.seal([randomBytes(64)])).toEqual([undefined]);
  expect(veil.subjectHash('alice')).toBe('');
  expect(veil.open(Buffer.alloc(96))).toEqual([]);
});
