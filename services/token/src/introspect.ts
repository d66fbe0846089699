// Token introspection (RFC 7662 §2.2, hydra-wire §2.7).
import type { LiveToken, ScopeStrategy } from '@cardea/oauth';
import { confirmationOf, OAuthError, scopeAllowed } from '@cardea/oauth';
import { introspectionV1 } from '@cardea/rpc';
import type { LiveTokens } from './live-tokens.js';

export interface Introspection {
  one(request: introspectionV1.IntrospectRequest): Promise<introspectionV1.IntrospectResponse>;
  /** @throws {OAuthError} invalid_request for more than a thousand */
  many(requests: readonly introspectionV1.IntrospectRequest[]): Promise<introspectionV1.IntrospectResponse[]>;
}

const mostAtOnce = 1_000;
const inactive = introspectionV1.IntrospectResponse.create({ active: false });

export function createIntrospection(options: {
  live: LiveTokens;
  issuer: string;
  scopeStrategy: ScopeStrategy;
}): Introspection {
  const { live, issuer, scopeStrategy } = options;

  const one = async (request: introspectionV1.IntrospectRequest) => {
    const token = await live.find(request.token);
    if (token === undefined) return inactive;
    const { scopes } = token.authorization;
    const covered = request.requiredScopes.every((scope) => scopeAllowed(scopes, scope, scopeStrategy));
    return covered ? describe(token, issuer) : inactive;
  };
  return {
    one,
    many(requests) {
      if (requests.length > mostAtOnce) {
        throw new OAuthError('invalid_request', `At most ${String(mostAtOnce)} tokens can be introspected at once.`);
      }
      return Promise.all(requests.map(one));
    },
  };
}

const empty = Buffer.alloc(0);

function describe(token: LiveToken, issuer: string): introspectionV1.IntrospectResponse {
  const { authorization, issuedAt } = token;
  const { subject, clientSubject, accessTokenClaims } = authorization;
  const confirmation = confirmationOf(authorization);
  return {
    active: true,
    scope: authorization.scopes.join(' '),
    clientId: authorization.clientId,
    subject,
    obfuscatedSubject: clientSubject === subject ? '' : clientSubject,
    expiresAt: token.expiresAt,
    issuedAt,
    notBefore: issuedAt,
    audience: [...authorization.audience],
    issuer,
    tokenUse: token.use,
    extraJson: Object.keys(accessTokenClaims).length === 0 ? empty : Buffer.from(JSON.stringify(accessTokenClaims)),
    acr: authorization.acr,
    authTime: authorization.authenticatedAt,
    confirmationJson: confirmation === undefined ? empty : Buffer.from(JSON.stringify(confirmation)),
  };
}
