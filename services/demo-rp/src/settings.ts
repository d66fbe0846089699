// What the relying party must know before it can log anybody in.
import type { ClientAuth } from 'openid-client';
import * as client from 'openid-client';

/** Where everything is, and who we are to the provider. */
export interface RelyingPartySettings {
  readonly issuer: string;
  /** The provider's admin API; introspection is asked there. */
  readonly adminUrl: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string | undefined;
  /** How the client proves itself at the token endpoint, as registered. */
  readonly authMethod: AuthMethod;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
}

export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none';

/** Reads a registered method; without a secret there is only one. */
export function authMethodOf(text: string | undefined, secret: string | undefined): AuthMethod {
  if (secret === undefined || secret === '') return 'none';
  return text === 'client_secret_post' ? text : 'client_secret_basic';
}

/** The proof that goes with each token request. */
export function clientAuthOf(settings: RelyingPartySettings): ClientAuth {
  if (settings.authMethod === 'none') return client.None();
  return settings.authMethod === 'client_secret_post'
    ? client.ClientSecretPost(settings.clientSecret)
    : client.ClientSecretBasic(settings.clientSecret);
}

/** Plain http is fine only where nobody else can listen: loopback (RFC 8252 §8.3, RFC 9700 §2.6). */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
