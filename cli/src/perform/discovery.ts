// What the issuer says of itself, as far as a relying party needs it (OpenID Connect Discovery §3, RFC 8414).
import type { Api, Json } from '../api/client.js';

/** The issuer's keys and names. */
export interface Issuer {
  readonly issuer: string;
  /** Where browsers are sent. */
  readonly authorizationEndpoint: string;
  /** RFC 9207: whether `iss` comes with every authorization response. */
  readonly sendsIssuer: boolean;
}

export async function discover(api: Api): Promise<Issuer> {
  const document = (await api.call('GET', '/.well-known/openid-configuration')) as Json;
  return {
    issuer: String(document['issuer']),
    authorizationEndpoint: String(document['authorization_endpoint']),
    sendsIssuer: document['authorization_response_iss_parameter_supported'] === true,
  };
}

export async function signingKeys(api: Api): Promise<readonly Json[]> {
  const { keys } = (await api.call('GET', '/.well-known/jwks.json')) as { keys: readonly Json[] };
  return keys;
}
