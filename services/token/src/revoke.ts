// Token revocation: a token takes its whole family with it, and the answer waits until nobody can call it alive (RFC 7009
// §2.1, §2.2; hydra-wire §1.4).
import type { TokenContent } from '@cardea/oauth';
import { OAuthError, uniqueParameters } from '@cardea/oauth';
import type { clientV1, tokenV1 } from '@cardea/rpc';
import type { AuthenticateClient } from './authenticate-client.js';
import type { Invalidate } from './cache/token-cache.js';
import type { Events } from './events.js';
import type { TokenSeals } from './issue.js';
import type { LiveTokens } from './live-tokens.js';
import { openBody } from './redeem.js';
import type { Families } from './storage/families.js';
import type { RefreshTokens } from './storage/refresh-tokens.js';
import type { AccessTokens, TokenRef } from './storage/tokens.js';

/** @throws {OAuthError} invalid_client, invalid_request, or temporarily_unavailable when the effect is unknown */
export type Revoke = (
  request: Pick<tokenV1.RevokeTokenRequest, 'authorization' | 'parameters' | 'clientAddress'>,
) => Promise<void>;

export function createRevoke(options: {
  authenticate: AuthenticateClient;
  live: LiveTokens;
  seals: TokenSeals;
  tokens: AccessTokens;
  refreshTokens: RefreshTokens;
  families: Families;
  invalidate: Invalidate;
  events: Events;
}): Revoke {
  const { authenticate, live, seals, tokens, refreshTokens, families, invalidate, events } = options;

  const revokeAccess = async (client: clientV1.Client, rows: readonly TokenRef[]): Promise<boolean> => {
    for (const row of rows) {
      // The truth, not the cache: what has just been issued must be found.
      const body = await tokens.find(row);
      if (body === undefined) continue;
      const { authorization } = openBody(seals.access, row.key, body) as TokenContent;
      if (authorization.clientId !== client.clientId) return false;
      if (authorization.grantId !== '') {
        await families.fall(authorization.grantId);
      } else {
        await families.endOne(row);
      }
      return true;
    }
    // A retry after an answer that was lost: the row is gone, but perhaps not yet the cache's memory of it.
    await invalidate(rows.map((row) => row.key));
    return false;
  };

  return async (request) => {
    if (request.parameters.length === 0) throw new OAuthError('invalid_request', 'The parameter token is missing.');
    const parameters = uniqueParameters(request.parameters);
    const client = await authenticate(request.authorization, parameters, request.clientAddress);
    const token = parameters.get('token');
    const genuine = token === undefined ? undefined : await live.recognise(token);
    if (genuine === undefined) return;
    let revoked: boolean;
    if (genuine.use === 'access_token') {
      revoked = await revokeAccess(client, genuine.rows);
    } else {
      const row = await refreshTokens.find(genuine.key);
      revoked = row !== undefined && row.clientId === client.clientId;
      // A used refresh token names its family as well as the one in force: whoever logs out with it means all.
      if (row !== undefined && revoked) await families.fall(row.grantId);
    }
    if (revoked) events.record('token_revoked', { client_id: client.clientId, token_use: genuine.use });
  };
}
