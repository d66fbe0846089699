// Reads a private key from whatever a file of one looks like: PEM, DER, JWK, JWKS (RFC 7468, RFC 5958, RFC 8017 §A.1.2, RFC 5915,
// RFC 7517).
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';

/**
 * @param kid which key of a JWKS
 * @returns PKCS#8 in DER
 * @throws {Error} in words for the operator
 */
export function readPrivateKey(file: Buffer, kid: string): Buffer {
  const text = file.toString('latin1').trimStart();
  const key = text.startsWith('{') ? fromJson(file.toString('utf8'), kid) : fromBytes(file, text);
  return key.export({ format: 'der', type: 'pkcs8' });
}

function fromBytes(file: Buffer, text: string): KeyObject {
  if (text.startsWith('-----BEGIN')) {
    try {
      return createPrivateKey(file);
    } catch (cause) {
      throw unreadable(cause);
    }
  }
  let cause: unknown;
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: file, format: 'der', type });
    } catch (error) {
      cause ??= error;
    }
  }
  throw unreadable(cause);
}

const unreadable = (cause: unknown) =>
  new Error('the file has no private key that can be read: PEM without a passphrase, DER, JWK or JWKS', { cause });

function fromJson(text: string, kid: string) {
  const document = JSON.parse(text) as JsonWebKey & { keys?: JsonWebKey[] };
  const jwk = document.keys === undefined ? document : document.keys.find((key) => key['kid'] === kid);
  if (jwk === undefined) throw new Error(`the key set of the file has no key ${kid}`);
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw new Error('the JSON Web Key has no private half that can be read', { cause });
  }
}
