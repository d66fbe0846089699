// Which way of authenticating a client must use: the one it is registered for and no other (RFC 7591 §2).

/** Ways the token endpoint can verify, in the order discovery tells them. */
export const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const;

/** Ways a client may be registered for; those that are not verifiable yet fail at use. */
export const registrableAuthenticationMethods: readonly string[] = [...authenticationMethods, 'private_key_jwt'];

/** A client's registered way; `client_secret_basic` when it says nothing. */
export function registeredMethod(client: { readonly tokenEndpointAuthMethod: string }): string {
  return client.tokenEndpointAuthMethod === '' ? 'client_secret_basic' : client.tokenEndpointAuthMethod;
}

/** Longer secrets are refused before anything is computed from them, bytes. */
export const longestSecret = 1024;
/** Shorter secrets are not accepted from operators, characters (Hydra's rule). */
export const shortestSecret = 6;
