// The userinfo endpoint (OpenID Connect Core §5.3, RFC 6750 §3.1).
import { OAuthError, responseEncryption, userinfoClaims } from '@cardea/oauth';
import type { tokenV1 } from '@cardea/rpc';
import type { ClientResolver } from './client-resolver.js';
import type { Encrypt } from './encrypt.js';
import type { LiveTokens } from './live-tokens.js';
import type { Signer } from './sign.js';

/**
 * @param context.deadline when nobody waits any more, milliseconds since the epoch
 * @throws {OAuthError} invalid_token or insufficient_scope
 */
export type Userinfo = (
  accessToken: string,
  context?: { readonly deadline: number },
) => Promise<tokenV1.GetUserinfoResponse>;

const nothing = Buffer.alloc(0);

export function createUserinfo(options: {
  live: LiveTokens;
  clients: ClientResolver;
  signer: Signer;
  encrypt: Encrypt;
  issuer: string;
  /** Hydra does not ask for scope openid. */
  hydraCompat: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Userinfo {
  const { live, clients, signer, encrypt, issuer, hydraCompat, now } = options;
  /** What Hydra says of a client that acts for itself: nothing, in proper form. */
  const nobody = (clientId: string) =>
    Buffer.from(JSON.stringify({ aud: [clientId], iat: Math.floor(now() / 1000), iss: issuer }));

  return async (accessToken, context) => {
    const token = await live.find(accessToken);
    if (token?.use !== 'access_token') throw new OAuthError('invalid_token');
    const { authorization } = token;
    if (authorization.grantId === '') {
      if (!hydraCompat) throw new OAuthError('invalid_token', 'The access token stands for no end user.');
      return { claimsJson: nobody(authorization.clientId), jwt: '' };
    }
    if (!hydraCompat && !authorization.scopes.includes('openid')) {
      throw new OAuthError('insufficient_scope', 'The access token lacks scope openid.');
    }
    const client = (await clients.find(authorization.clientId))?.client;
    if (client === undefined) throw new OAuthError('invalid_token');

    const issuedAt = Math.floor(now() / 1000);
    const claims = userinfoClaims(authorization);
    const sub = authorization.clientSubject;
    const how = responseEncryption(client.userinfoEncryptedResponseAlg, client.userinfoEncryptedResponseEnc);
    if (client.userinfoSignedResponseAlg !== '' && client.userinfoSignedResponseAlg !== 'none') {
      const jwt = await signer.userinfo(client, sub, claims, { issuedAt, deadline: context?.deadline });
      return {
        claimsJson: nothing,
        jwt: how === undefined ? jwt : await encrypt(client, how, { bytes: Buffer.from(jwt), jwt: true }),
      };
    }
    const claimsJson = Buffer.from(
      JSON.stringify({ ...claims, iss: issuer, sub, aud: [client.clientId], iat: issuedAt }),
    );
    if (how === undefined) return { claimsJson, jwt: '' };
    return { claimsJson: nothing, jwt: await encrypt(client, how, { bytes: claimsJson, jwt: false }) };
  };
}
