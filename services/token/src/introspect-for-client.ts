// The introspection endpoint for clients: whoever authenticates learns of tokens that are meant for it, and of no others
// (RFC 7662 §2, §4).
import { isPublicClient, OAuthError, uniqueParameters } from '@cardea/oauth';
import { introspectionV1 } from '@cardea/rpc';
import type { tokenV1 } from '@cardea/rpc';
import type { AuthenticateClient } from './authenticate-client.js';
import type { ClientQuota } from './rate-limit/client-quota.js';
import type { Introspection } from './introspect.js';

/** @throws {OAuthError} invalid_client, and for public clients too: they cannot show that they are themselves */
export type IntrospectForClient = (
  request: Pick<tokenV1.IntrospectTokenRequest, 'authorization' | 'parameters' | 'clientAddress'>,
) => Promise<introspectionV1.IntrospectResponse>;

const inactive = introspectionV1.IntrospectResponse.create({ active: false });

export function createIntrospectForClient(options: {
  authenticate: AuthenticateClient;
  quota: ClientQuota | undefined;
  introspection: Introspection;
}): IntrospectForClient {
  const { authenticate, quota, introspection } = options;
  return async (request) => {
    const parameters = uniqueParameters(request.parameters);
    const client = await authenticate(request.authorization, parameters, request.clientAddress);
    if (isPublicClient(client)) throw new OAuthError('invalid_client');
    if (quota !== undefined) await quota(client, request.clientAddress);
    const token = parameters.get('token');
    if (token === undefined) throw new OAuthError('invalid_request', 'The parameter token is missing.');
    const verdict = await introspection.one({ token, tokenTypeHint: '', requiredScopes: [] });
    const own = verdict.clientId === client.clientId;
    // A refresh token is nobody's business but its own client's.
    const meant = own || (verdict.tokenUse === 'access_token' && verdict.audience.includes(client.clientId));
    if (!verdict.active || !meant) return inactive;
    // Clients know the subject by the name that the token's client knows it by.
    const subject = verdict.obfuscatedSubject === '' ? verdict.subject : verdict.obfuscatedSubject;
    return { ...verdict, subject, obfuscatedSubject: '' };
  };
}
