// Makes what a decision says: handles or JWTs, their rows, and the answer. Nothing of it counts before its rows are stored
// (ARCHITECTURE §2 law 9).
import type { Authorization, Decision, TokenContent } from '@cardea/oauth';
import { lifetimesOf } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { tokenV1 } from '@cardea/rpc';
import type { AccessTokenKeys } from './access-token-keys.js';
import type { Handles } from './handles.js';
import type { Seal } from './seal.js';
import type { TokenSettings } from './settings.js';
import type { Signer } from './sign.js';
import { audienceOfJwt } from './sign.js';
import type { NewRefreshToken } from './storage/refresh-tokens.js';
import type { AccessTokenRow } from './storage/tokens.js';

/** The seals of token rows, one purpose a table; the context is the row's key. */
export interface TokenSeals {
  readonly code: Seal;
  readonly access: Seal;
  readonly refresh: Seal;
}

export interface Issued {
  readonly response: tokenV1.IssueTokenResponse;
  readonly access: AccessTokenRow;
  readonly refresh: NewRefreshToken | undefined;
}

/** @param now milliseconds since the epoch */
export type Issue = (
  client: clientV1.Client,
  grantType: string,
  decision: Extract<Decision, { kind: 'issue' }>,
  now: number,
) => Promise<Issued>;

/** The hint in the handle of a refresh token that never expires. */
const never = 0xffff_ffff;

export function createIssue(options: {
  settings: TokenSettings;
  handles: Handles;
  seals: TokenSeals;
  signer: Signer;
  accessTokenKeys: AccessTokenKeys;
}): Issue {
  const { settings, handles, seals, signer, accessTokenKeys } = options;

  const body = (authorization: Authorization, issuedAt: number) =>
    Buffer.from(JSON.stringify({ authorization, issuedAt } satisfies TokenContent));

  return async (client, grantType, decision, now) => {
    const { authorization } = decision;
    const lifetimes = lifetimesOf(grantType, client.lifespans, settings.lifetimes);
    const issuedAt = Math.floor(now / 1000);
    const accessSeconds = Math.max(1, Math.floor(lifetimes.access / 1000));
    const expiresAt = issuedAt + accessSeconds;

    const strategy = client.accessTokenStrategy === '' ? settings.accessTokenStrategy : client.accessTokenStrategy;
    let accessToken: string;
    let accessKey: Buffer;
    let shown = authorization;
    if (strategy === 'jwt') {
      const { jwt, tokenId } = await signer.accessToken(authorization, { issuedAt, expiresAt });
      accessToken = jwt;
      accessKey = accessTokenKeys.mint(tokenId);
      // Introspection tells the audience that stands in the token.
      shown = { ...authorization, audience: audienceOfJwt(authorization, settings.accessTokenFormat, settings.issuer) };
    } else {
      const minted = handles.mint('access_token', expiresAt);
      accessToken = minted.handle;
      accessKey = minted.key;
    }

    let refresh: NewRefreshToken | undefined;
    let refreshToken = '';
    if (decision.refresh !== undefined) {
      const refreshExpires = issuedAt + Math.max(1, Math.floor(lifetimes.refresh / 1000));
      const minted = handles.mint('refresh_token', Math.min(refreshExpires, never));
      refreshToken = minted.handle;
      refresh = {
        key: minted.key,
        expiresAt: refreshExpires,
        body: seals.refresh.seal(minted.key, body(decision.refresh, issuedAt)),
      };
    }

    let idToken = '';
    if (decision.idToken) {
      const idExpires = issuedAt + Math.max(1, Math.floor(lifetimes.id / 1000));
      idToken = await signer.idToken(client, authorization, accessToken, { issuedAt, expiresAt: idExpires });
    }

    return {
      response: {
        accessToken,
        tokenType: 'bearer',
        expiresInSeconds: accessSeconds,
        refreshToken,
        idToken,
        scope: authorization.scopes.join(' '),
        credentialNonce: '',
        credentialNonceExpiresInSeconds: 0,
      },
      access: {
        key: accessKey,
        expiresAt,
        grantId: authorization.grantId === '' ? undefined : authorization.grantId,
        clientId: client.clientId,
        body: seals.access.seal(accessKey, body(shown, issuedAt)),
      },
      refresh,
    };
  };
}
