// Reads keys for a JSON Web Key set from JWK, JWKS, PEM and DER (RFC 7517, RFC 7468).
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { readOrFail } from '../api/endpoint.js';
import { isObject } from '../documents.js';
import { Failure } from '../failure.js';

/** Members of a JSON Web Key. */
export type Jwk = Readonly<Record<string, unknown>> & { readonly kid: string };

/** What keys are called that do not say it themselves. */
export interface KeyDefaults {
  readonly use: string;
  readonly alg?: string | undefined;
}

/** @throws {Failure} when the file holds no key, or `alg` is needed and not said */
export function keysFrom(file: string, { use, alg }: KeyDefaults): Jwk[] {
  const bytes = readOrFail(file);
  const text = bytes.toString('latin1').trimStart();
  const keys = text.startsWith('{') ? fromJson(file, bytes.toString('utf8')) : [fromBytes(file, bytes, text)];
  return keys.map((key) => {
    const named = { kid: randomUUID(), use, ...(alg === undefined ? {} : { alg }), ...key };
    if (typeof named.kid === 'string' && typeof (named as Record<string, unknown>)['alg'] === 'string') return named;
    throw new Failure(`${file}: the key does not say its algorithm: give it with --alg, such as --alg RS256`);
  });
}

function fromJson(file: string, text: string): Record<string, unknown>[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Failure(`${file}: is no JSON: ${(cause as Error).message}`, undefined, { cause });
  }
  const keys: unknown = isObject(document) && 'keys' in document ? document['keys'] : [document];
  if (Array.isArray(keys) && keys.length > 0 && keys.every((key) => isObject(key) && 'kty' in key)) {
    return keys as Record<string, unknown>[];
  }
  throw new Failure(`${file}: holds no JSON Web Key: it must have kty, or keys with such`);
}

function fromBytes(file: string, bytes: Buffer, text: string): Record<string, unknown> {
  const pem = text.startsWith('-----BEGIN');
  const readers: (() => KeyObject)[] = pem
    ? [() => createPrivateKey(bytes), () => createPublicKey(bytes)]
    : [
        () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }),
        () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs1' }),
        () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
      ];
  for (const read of readers) {
    try {
      return { ...read().export({ format: 'jwk' }) };
    } catch {
      // Perhaps it is the next kind.
    }
  }
  throw new Failure(`${file}: holds no key that can be read: JWK, JWKS, or PEM or DER without a passphrase`);
}
