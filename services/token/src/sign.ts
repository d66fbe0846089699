// Has the keys service sign what we issue: typed statements only, and no claim in them that the consent app may not set
// (OpenID Connect Core §2, RFC 9068 §2.2).
import type { Authorization, Claims } from '@cardea/oauth';
import { accessTokenClaimNames, confirmationOf, idTokenClaimNames, leftHalfHash, withoutClaims } from '@cardea/oauth';
import type { ClientOf, clientV1 } from '@cardea/rpc';
import { signingV1 } from '@cardea/rpc';
import { randomUuid } from './authorize/uuid.js';
import type { PublicKeys } from './public-keys.js';
import { accessTokenKeySet, idTokenKeySet } from './public-keys.js';

export type SigningClient = ClientOf<typeof signingV1.SigningServiceService>;

/** Times are seconds since the epoch. */
export interface Validity {
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When nobody waits for the token any more, in milliseconds: the signer does not begin later. */
  readonly deadline?: number | undefined;
}

/** What an ID token vouches for because it is handed out with it (OpenID Connect Core §3.1.3.6, §3.3.2.11). */
export interface Beside {
  readonly accessToken: string | undefined;
  readonly code: string | undefined;
}

export interface Signer {
  /** @returns the JWT and its `jti` */
  accessToken(
    client: clientV1.Client,
    authorization: Authorization,
    validity: Validity,
  ): Promise<{ jwt: string; tokenId: string }>;
  idToken(client: clientV1.Client, authorization: Authorization, beside: Beside, validity: Validity): Promise<string>;
  userinfo(
    client: clientV1.Client,
    subject: string,
    claims: Claims,
    validity: Pick<Validity, 'issuedAt' | 'deadline'>,
  ): Promise<string>;
}

const json = (claims: Claims) =>
  Object.keys(claims).length === 0 ? Buffer.alloc(0) : Buffer.from(JSON.stringify(claims));

export function createSigner(options: {
  keys: SigningClient;
  publicKeys: PublicKeys;
  issuer: string;
  accessTokenFormat: signingV1.AccessTokenFormat;
  /** Whether ID tokens of clients that registered no algorithm are signed with the newest key, whatever it is. */
  hydraCompat: boolean;
  random: (bytes: number) => Buffer;
}): Signer {
  const { keys, publicKeys, issuer, accessTokenFormat, hydraCompat, random } = options;
  return {
    async accessToken(client, authorization, { issuedAt, expiresAt, deadline }) {
      const tokenId = randomUuid(random);
      const chosen = client.accessTokenSignedResponseAlg;
      const [newest = 'RS256'] = chosen === '' ? await publicKeys.currentAlgorithms(accessTokenKeySet) : [];
      const algorithm = chosen === '' ? newest : chosen;
      const confirmation = confirmationOf(authorization);
      const asked = {
        requestId: tokenId,
        algorithm,
        format: accessTokenFormat,
        subject: authorization.clientSubject,
        audience: [...audienceOfJwt(authorization, accessTokenFormat, issuer)],
        clientId: authorization.clientId,
        scopes: [...authorization.scopes],
        issuedAt,
        expiresAt,
        tokenId,
        authTime: authorization.authenticatedAt,
        acr: authorization.acr,
        amr: [...authorization.amr],
        // In Hydra's format they stand under `ext`, where no name is reserved.
        extraClaimsJson: json(
          accessTokenFormat === signingV1.AccessTokenFormat.HYDRA
            ? authorization.accessTokenClaims
            : withoutClaims(authorization.accessTokenClaims, accessTokenClaimNames),
        ),
        confirmationJson: confirmation === undefined ? Buffer.alloc(0) : json(confirmation),
      };
      const { jwt } = await keys.signAccessToken(asked, { deadline });
      return { jwt, tokenId };
    },

    async idToken(client, authorization, { accessToken, code }, { issuedAt, expiresAt, deadline }) {
      const chosen = client.idTokenSignedResponseAlg;
      const [newest] = chosen === '' && hydraCompat ? await publicKeys.currentAlgorithms(idTokenKeySet) : [];
      const algorithm = chosen === '' ? (newest ?? 'RS256') : chosen;
      const tokenId = randomUuid(random);
      const asked = {
        requestId: tokenId,
        algorithm,
        subject: authorization.clientSubject,
        audience: [client.clientId],
        authorizedParty: '',
        issuedAt,
        expiresAt,
        authTime: authorization.authenticatedAt,
        nonce: authorization.nonce,
        accessTokenHash: accessToken === undefined ? '' : leftHalfHash(algorithm, accessToken),
        codeHash: code === undefined ? '' : leftHalfHash(algorithm, code),
        acr: authorization.acr,
        amr: [...authorization.amr],
        sessionId: authorization.sessionId,
        tokenId,
        requestedAt: authorization.requestedAt,
        extraClaimsJson: json(withoutClaims(authorization.idTokenClaims, idTokenClaimNames)),
      };
      const { jwt } = await keys.signIdToken(asked, { deadline });
      return jwt;
    },

    async userinfo(client, subject, claims, { issuedAt, deadline }) {
      const asked = {
        requestId: randomUuid(random),
        algorithm: client.userinfoSignedResponseAlg,
        subject,
        audience: client.clientId,
        issuedAt,
        extraClaimsJson: json(claims),
      };
      const { jwt } = await keys.signUserinfo(asked, { deadline });
      return jwt;
    },
  };
}

/** RFC 9068 §3 wants an audience always; without another, a token is meant for this very provider (its userinfo). */
export function audienceOfJwt(
  { audience }: Authorization,
  format: signingV1.AccessTokenFormat,
  issuer: string,
): readonly string[] {
  return audience.length === 0 && format !== signingV1.AccessTokenFormat.HYDRA ? [issuer] : audience;
}
