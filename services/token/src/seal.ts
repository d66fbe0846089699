// Seals values so that only a holder of the system secrets can read or make them (AES-256-GCM, NIST SP 800-38D).
import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, hkdfSync } from 'node:crypto';

const saltBytes = 24;
const tagBytes = 16;

/** Seals and opens values of one purpose. */
export interface Seal {
  /** @param context what the value belongs to, such as a row id; opening needs the same */
  seal(context: string | Buffer, plain: Buffer): Buffer;
  /** The plain value, or undefined when it was changed, is of another purpose or context, or its secret is gone. */
  open(context: string | Buffer, sealed: Buffer): Buffer | undefined;
  /** The same value under the newest secret, unless it is already; `lost` when no secret opens it. */
  renew(context: string | Buffer, sealed: Buffer): Renewed;
  /** First byte of what the newest secret seals, where no older one has the same; else -1. */
  readonly newestMark: number;
}

export type Renewed = { readonly state: 'newest' | 'lost' } | { readonly state: 'renewed'; readonly sealed: Buffer };

/**
 * Derives a key for one purpose from each system secret, newest first. Key objects, because Node 24 takes 10 µs more for an HMAC or a
 * cipher whose key comes as bytes.
 */
export function deriveKeys(secrets: readonly string[], purpose: string): KeyObject[] {
  return secrets.map((secret) =>
    createSecretKey(Buffer.from(hkdfSync('sha512', secret, 'cardea/v1', `cardea ${purpose}`, 64))),
  );
}

/**
 * Makes a seal for one purpose.
 *
 * Each value is sealed under a key of its own, derived from a random salt and the context, so that no number of values
 * wears a key out. Layout: 1 byte naming the secret, 24 bytes of salt, ciphertext, 16 bytes of tag.
 */
export function createSeal(secrets: readonly string[], purpose: string, random: (bytes: number) => Buffer): Seal {
  const roots = deriveKeys(secrets, `seal ${purpose}`).map((key) => ({
    key,
    id: createHash('sha256').update(key.export()).digest()[0] ?? 0,
  }));
  const newest = roots[0];
  if (newest === undefined) throw new Error('secrets.system is empty');

  const material = (key: KeyObject, salt: Buffer, context: string | Buffer) => {
    const derived = createHmac('sha512', key).update(salt).update(context).digest();
    return [createSecretKey(derived.subarray(0, 32)), derived.subarray(32, 44)] as const;
  };

  const openWith = (root: { key: KeyObject }, context: string | Buffer, sealed: Buffer): Buffer | undefined => {
    const salt = sealed.subarray(1, 1 + saltBytes);
    const decipher = createDecipheriv('aes-256-gcm', ...material(root.key, salt, context));
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(1 + saltBytes, -tagBytes)), decipher.final()]);
    } catch {
      return undefined;
    }
  };
  /** Another secret may have the same one-byte name: all that have it are tried. */
  const opened = (context: string | Buffer, sealed: Buffer) => {
    if (sealed.length < 1 + saltBytes + tagBytes) return undefined;
    for (const root of roots) {
      if (root.id !== sealed[0]) continue;
      const plain = openWith(root, context, sealed);
      if (plain !== undefined) return { root, plain };
    }
    return undefined;
  };

  const self: Seal = {
    seal(context, plain) {
      const salt = random(saltBytes);
      const cipher = createCipheriv('aes-256-gcm', ...material(newest.key, salt, context));
      const body = cipher.update(plain);
      return Buffer.concat([Buffer.of(newest.id), salt, body, cipher.final(), cipher.getAuthTag()]);
    },
    open: (context, sealed) => opened(context, sealed)?.plain,
    renew(context, sealed) {
      const found = opened(context, sealed);
      if (found === undefined) return { state: 'lost' };
      if (found.root === newest) return { state: 'newest' };
      return { state: 'renewed', sealed: self.seal(context, found.plain) };
    },
    newestMark: roots.filter(({ id }) => id === newest.id).length === 1 ? newest.id : -1,
  };
  return self;
}
