// Makes the tokens of an authorization response, for the flow to store beside its grant (OpenID Connect Core §3.2.2.5,
// §3.3.2.5; RFC 6749 §4.2.2). No refresh token ever travels this way.
import type { Authorization } from '@cardea/oauth';
import { lifetimesOf } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { MintAccessToken } from './mint-access-token.js';
import type { TokenSettings } from './settings.js';
import type { Signer } from './sign.js';
import type { AccessTokenRow } from './storage/tokens.js';

/** What of it is wanted, and what the ID token vouches for. */
export interface FrontRequest {
  readonly accessToken: boolean;
  readonly idToken: boolean;
  /** The code of the same answer. */
  readonly code: string | undefined;
}

export interface FrontTokens {
  readonly accessToken: { readonly token: string; readonly expiresInSeconds: number } | undefined;
  readonly idToken: string | undefined;
  readonly row: AccessTokenRow | undefined;
}

/**
 * @param now milliseconds since the epoch
 * @param deadline when nobody waits any more, likewise: the signer does not begin later
 */
export type IssueFront = (
  client: clientV1.Client,
  authorization: Authorization,
  wanted: FrontRequest,
  now: number,
  deadline: number | undefined,
) => Promise<FrontTokens>;

export function createIssueFront(options: {
  settings: TokenSettings;
  mintAccessToken: MintAccessToken;
  signer: Signer;
}): IssueFront {
  const { settings, mintAccessToken, signer } = options;
  return async (client, authorization, wanted, now, deadline) => {
    const lifetimes = lifetimesOf('implicit', client.lifespans, settings.lifetimes);
    const issuedAt = Math.floor(now / 1000);
    const seconds = (millis: number) => Math.max(1, Math.floor(millis / 1000));
    const expiresInSeconds = seconds(lifetimes.access);
    const access = wanted.accessToken
      ? await mintAccessToken(client, authorization, { issuedAt, expiresAt: issuedAt + expiresInSeconds, deadline })
      : undefined;
    const beside = { accessToken: access?.token, code: wanted.code };
    const idToken = wanted.idToken
      ? await signer.idToken(client, authorization, beside, {
          issuedAt,
          expiresAt: issuedAt + seconds(lifetimes.id),
          deadline,
        })
      : undefined;
    return { accessToken: access && { token: access.token, expiresInSeconds }, idToken, row: access?.row };
  };
}
