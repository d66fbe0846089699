// Seals private keys: a data key each (AES-256-GCM), wrapped by the first key-encryption key; any in the list opens
// (NIST SP 800-38D; security §2.7).
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

const version = 1;
const idBytes = 8;
const ivBytes = 12;
const keyBytes = 32;
const tagBytes = 16;
const wrappedBytes = ivBytes + keyBytes + tagBytes;

/** Seals and opens private keys. The context is what a value belongs to; a value moved elsewhere does not open. */
export interface Envelope {
  seal(context: string, plain: Buffer): Buffer;
  /** @throws {Error} in words for an operator */
  open(context: string, sealed: Buffer): Buffer;
  /** Whether the first key-encryption key sealed it. */
  sealedByFirst(sealed: Buffer): boolean;
}

/**
 * @param keks key-encryption keys of 32 bytes each; the first seals
 * @param random of cryptographic quality
 */
export function createEnvelope(keks: readonly Buffer[], random: (bytes: number) => Buffer): Envelope {
  const named = keks.map((kek) => ({ kek, id: kekId(kek) }));
  return {
    seal(context, plain) {
      const [first] = named;
      if (first === undefined) throw new Error('there is no key-encryption key to seal with');
      const dataKey = random(keyBytes);
      const wrapped = encrypt(first.kek, random(ivBytes), `${context}\0data key`, dataKey);
      const body = encrypt(dataKey, random(ivBytes), context, plain);
      dataKey.fill(0);
      return Buffer.concat([Buffer.from([version]), first.id, wrapped, body]);
    },
    open(context, sealed) {
      if (sealed[0] !== version) throw new Error('the sealed key is of a version this release does not know');
      const id = sealed.subarray(1, 1 + idBytes);
      const kek = named.find((candidate) => candidate.id.equals(id))?.kek;
      if (kek === undefined) throw new Error('no key of keys.kek opens it');
      const wrapped = sealed.subarray(1 + idBytes, 1 + idBytes + wrappedBytes);
      try {
        const dataKey = decrypt(kek, `${context}\0data key`, wrapped);
        return decrypt(dataKey, context, sealed.subarray(1 + idBytes + wrappedBytes));
      } catch (cause) {
        throw new Error('the sealed key was changed, or belongs to another row', { cause });
      }
    },
    sealedByFirst: (sealed) => sealed[0] === version && named[0]?.id.equals(sealed.subarray(1, 1 + idBytes)) === true,
  };
}

/** Says which key-encryption key sealed a value, and nothing about that key. */
function kekId(kek: Buffer): Buffer {
  return createHash('sha256').update('cardea kek\0').update(kek).digest().subarray(0, idBytes);
}

function encrypt(key: Buffer, iv: Buffer, context: string, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, context: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()]);
}
