// Which way of authenticating a client must use: the one it is registered for and no other (RFC 7591 §2).

/** Ways the token endpoint can verify, in the order discovery tells them. */
export const authenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'client_secret_jwt',
  'none',
] as const;

/** Whether a client authenticates by a JWT that it signs. */
export function isAssertionMethod(method: string): boolean {
  return method === 'private_key_jwt' || method === 'client_secret_jwt';
}

const hmacHashes = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const;

/** Algorithms of client_secret_jwt; they exist for nothing else. */
export const hmacAlgorithms: readonly string[] = Object.keys(hmacHashes);

/** The hash of an HMAC algorithm, by node's name; undefined for any other (RFC 7518 §3.2). */
export function hmacHash(algorithm: string): 'sha256' | 'sha384' | 'sha512' | undefined {
  return Object.hasOwn(hmacHashes, algorithm) ? hmacHashes[algorithm as keyof typeof hmacHashes] : undefined;
}

/** A secret that signs has at least this many bytes (RFC 7518 §3.2). */
export const sharedSecretBytes = 32;

/** A client's registered way; `client_secret_basic` when it says nothing. */
export function registeredMethod(client: { readonly tokenEndpointAuthMethod: string }): string {
  return client.tokenEndpointAuthMethod === '' ? 'client_secret_basic' : client.tokenEndpointAuthMethod;
}

/** Longer secrets are refused before anything is computed from them, bytes. */
export const longestSecret = 1024;
/** Shorter secrets are not accepted from operators, characters (Hydra's rule). */
export const shortestSecret = 6;
