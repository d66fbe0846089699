// What answers to a client may be encrypted with: keys of its own, by algorithms without a padding to guess at
// (RFC 7518 §4.1 and §5.1; OpenID Connect Dynamic Client Registration §2).

/** `alg`: how the content key reaches the client. No RSA1_5 (Bleichenbacher), and nothing symmetric. */
export const keyManagementAlgorithms: readonly string[] = [
  'RSA-OAEP',
  'RSA-OAEP-256',
  'RSA-OAEP-384',
  'RSA-OAEP-512',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
];

/** `enc`: how the content is encrypted. */
export const contentEncryptionAlgorithms: readonly string[] = [
  'A128CBC-HS256',
  'A192CBC-HS384',
  'A256CBC-HS512',
  'A128GCM',
  'A192GCM',
  'A256GCM',
];

export interface ResponseEncryption {
  readonly alg: string;
  readonly enc: string;
}

/** What was registered; undefined when answers are not encrypted. `enc` has a default (Dynamic Client Registration §2). */
export function responseEncryption(alg: string, enc: string): ResponseEncryption | undefined {
  return alg === '' ? undefined : { alg, enc: enc === '' ? 'A128CBC-HS256' : enc };
}
