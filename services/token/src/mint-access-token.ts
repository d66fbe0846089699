// Makes an access token and its row: a handle, or a JWT whose row is found behind its `jti`. Nothing counts before the row
// is stored.
import type { Authorization, TokenContent } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { AccessTokenKeys } from './access-token-keys.js';
import type { Handles } from './handles.js';
import type { Seal } from './seal.js';
import type { TokenSettings } from './settings.js';
import type { Signer, Validity } from './sign.js';
import { audienceOfJwt } from './sign.js';
import type { AccessTokenRow } from './storage/tokens.js';

export interface MintedAccessToken {
  readonly token: string;
  readonly row: AccessTokenRow;
}

export type MintAccessToken = (
  client: clientV1.Client,
  authorization: Authorization,
  validity: Validity,
) => MintedAccessToken | Promise<MintedAccessToken>;

/** What a token row holds, before it is sealed. */
export function tokenBody(authorization: Authorization, issuedAt: number): Buffer {
  return Buffer.from(JSON.stringify({ authorization, issuedAt } satisfies TokenContent));
}

export function createMintAccessToken(options: {
  settings: TokenSettings;
  handles: Handles;
  /** For rows of access tokens. */
  seal: Seal;
  signer: Signer;
  accessTokenKeys: AccessTokenKeys;
}): MintAccessToken {
  const { settings, handles, seal, signer, accessTokenKeys } = options;

  const minted = (token: string, key: Buffer, shown: Authorization, { issuedAt, expiresAt }: Validity) => ({
    token,
    row: {
      key,
      expiresAt,
      grantId: shown.grantId === '' ? undefined : shown.grantId,
      clientId: shown.clientId,
      body: seal.seal(key, tokenBody(shown, issuedAt)),
    },
  });

  const signed = async (
    client: clientV1.Client,
    authorization: Authorization,
    validity: Validity,
  ): Promise<MintedAccessToken> => {
    const { jwt, tokenId } = await signer.accessToken(client, authorization, validity);
    // Introspection tells the audience that stands in the token.
    const audience = audienceOfJwt(authorization, settings.accessTokenFormat, settings.issuer);
    return minted(jwt, accessTokenKeys.mint(tokenId), { ...authorization, audience }, validity);
  };

  return (client, authorization, validity) => {
    const strategy = client.accessTokenStrategy === '' ? settings.accessTokenStrategy : client.accessTokenStrategy;
    if (strategy === 'jwt') return signed(client, authorization, validity);
    const { handle, key } = handles.mint('access_token', validity.expiresAt);
    return minted(handle, key, authorization, validity);
  };
}
