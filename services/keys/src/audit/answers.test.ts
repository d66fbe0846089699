// What the veil hides: answers open for their own request with any of the secrets, subjects are hashes under the first.
import { expect, test } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { createVeil } from './answers.js';

const secret = () => randomBytes(32);
const answer = (requestId: string, bytes: number) => ({
  ...{ requestId, inputHash: randomBytes(32), signature: randomBytes(bytes) },
});

test('answers of one commit open each for itself, whatever their lengths, and for nothing else', () => {
  const veil = createVeil([secret()], randomBytes);
  const answers = [64, 256, 132, 1, 96, 64].map((bytes, index) => answer(`id-${String(index)}`, bytes));
  const sealed = veil.seal(answers).map((one) => one ?? Buffer.alloc(0));
  answers.forEach(({ requestId, inputHash, signature }, index) => {
    const bytes = sealed[index] ?? Buffer.alloc(0);
    expect(veil.open(requestId, inputHash, bytes)).toEqual(signature);
    expect(veil.open('id-x', inputHash, bytes)).toBeUndefined();
    expect(veil.open(requestId, randomBytes(32), bytes)).toBeUndefined();
    for (const at of [0, 15, 16, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(veil.open(requestId, inputHash, changed)).toBeUndefined();
    }
  });
});

test('no byte of an answer passes for one of its request id', () => {
  const veil = createVeil([secret()], randomBytes);
  const one = answer('id', 64);
  let sealed: Buffer = Buffer.alloc(0);
  // The last byte of the body, where it is a character of an id.
  const last = () => sealed.at(-17) ?? 0;
  while (last() < 0x21 || last() > 0x7e) sealed = veil.seal([one])[0] ?? sealed;
  const shorter = Buffer.concat([sealed.subarray(0, -17), sealed.subarray(-16)]);
  expect(veil.open(`${String.fromCharCode(last())}id`, one.inputHash, shorter)).toBeUndefined();
  expect(veil.open('id', one.inputHash, sealed)).toEqual(one.signature);
});

test('no block of the key stream is used twice', () => {
  const veil = createVeil([secret()], randomBytes);
  const zeros = Array.from({ length: 50 }, (_, index) => ({
    ...answer(`id-${String(index)}`, 0),
    signature: Buffer.alloc(33),
  }));
  const blocks = [...veil.seal(zeros), ...veil.seal(zeros)].flatMap((sealed) =>
    [16, 32, 48].map((at) => sealed?.subarray(at, at === 48 ? 49 : at + 16).toString('hex')),
  );
  const whole = blocks.filter((block) => block?.length === 32);
  expect(whole).toHaveLength(200);
  expect(new Set(whole).size).toBe(200);
});

test('a new secret in front seals, and the old ones still open', () => {
  const [old, young] = [secret(), secret()];
  const one = answer('id', 64);
  const [sealed = Buffer.alloc(0)] = createVeil([old], randomBytes).seal([one]);
  expect(createVeil([young, old], randomBytes).open('id', one.inputHash, sealed)).toEqual(one.signature);
  expect(createVeil([young], randomBytes).open('id', one.inputHash, sealed)).toBeUndefined();
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
      .digest(),
  );
});

test('without a secret nothing is sealed, hashed or opened', () => {
  const veil = createVeil([], randomBytes);
  expect(veil.seal([answer('id', 64)])).toEqual([undefined]);
  expect(veil.subjectHash('alice')).toHaveLength(0);
  expect(veil.open('id', Buffer.alloc(32), Buffer.alloc(96))).toBeUndefined();
});
