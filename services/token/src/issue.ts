// Makes what a decision says: handles or JWTs, their rows, and the answer. Nothing of it counts before its rows are stored
// (ARCHITECTURE §2 law 9).
import type { Decision } from '@cardea/oauth';
import { lifetimesOf } from '@cardea/oauth';
import type { tokenV1 } from '@cardea/rpc';
import type { CredentialNonces } from './credentials/nonces.js';
import { allowsCredentials, nonceSeconds } from './credentials/nonces.js';
import type { GrantCall } from './exchange.js';
import type { Handles } from './handles.js';
import type { MintAccessToken } from './mint-access-token.js';
import { tokenBody } from './mint-access-token.js';
import type { Seal } from './seal.js';
import type { TokenSettings } from './settings.js';
import type { Signer } from './sign.js';
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

export type Issue = (
  call: GrantCall,
  grantType: string,
  decision: Extract<Decision, { kind: 'issue' }>,
) => Promise<Issued>;

/** The hint in the handle of a refresh token that never expires. */
const never = 0xffff_ffff;

export function createIssue(options: {
  settings: TokenSettings;
  handles: Handles;
  seals: TokenSeals;
  signer: Signer;
  mintAccessToken: MintAccessToken;
  nonces: CredentialNonces;
}): Issue {
  const { settings, handles, seals, signer, mintAccessToken, nonces } = options;

  return async ({ client, now, deadline }, grantType, decision) => {
    const { authorization } = decision;
    const lifetimes = lifetimesOf(grantType, client.lifespans, settings.lifetimes);
    const issuedAt = Math.floor(now / 1000);
    const accessSeconds = Math.max(1, Math.floor(lifetimes.access / 1000));
    const minting = mintAccessToken(client, authorization, { issuedAt, expiresAt: issuedAt + accessSeconds, deadline });
    const access = minting instanceof Promise ? await minting : minting;

    let refresh: NewRefreshToken | undefined;
    let refreshToken = '';
    if (decision.refresh !== undefined) {
      const refreshExpires = issuedAt + Math.max(1, Math.floor(lifetimes.refresh / 1000));
      const minted = handles.mint('refresh_token', Math.min(refreshExpires, never));
      refreshToken = minted.handle;
      refresh = {
        key: minted.key,
        expiresAt: refreshExpires,
        body: seals.refresh.seal(minted.key, tokenBody(decision.refresh, issuedAt)),
      };
    }

    let idToken = '';
    if (decision.idToken) {
      const idExpires = issuedAt + Math.max(1, Math.floor(lifetimes.id / 1000));
      idToken = await signer.idToken(
        client,
        authorization,
        { accessToken: access.token, code: decision.code },
        {
          issuedAt,
          expiresAt: idExpires,
          deadline,
        },
      );
    }

    const credentials = allowsCredentials(authorization);
    return {
      response: {
        accessToken: access.token,
        tokenType: 'bearer',
        expiresInSeconds: accessSeconds,
        refreshToken,
        idToken,
        scope: authorization.scopes.join(' '),
        credentialNonce: credentials ? nonces.make(access.token, now) : '',
        credentialNonceExpiresInSeconds: credentials ? nonceSeconds : 0,
      },
      access: access.row,
      refresh,
    };
  };
}
