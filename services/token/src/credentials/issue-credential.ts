// The credential endpoint: a holder proves that it has a key, and is given what the ID token says of the end user, bound to
// that key (OpenID for Verifiable Credential Issuance, draft 00, as Hydra speaks it; hydra-wire §1.7).
import type { Jwk, LiveToken, UnverifiedJwt } from '@cardea/oauth';
import {
  idTokenClaimNames,
  isOfType,
  keyFits,
  OAuthError,
  parseJwt,
  parseStrictObject,
  withoutClaims,
} from '@cardea/oauth';
import type { tokenV1 } from '@cardea/rpc';
import { createPublicKey } from 'node:crypto';
import { randomUuid } from '../authorize/uuid.js';
import type { ClientResolver } from '../client-resolver.js';
import type { LiveTokens } from '../live-tokens.js';
import type { SigningClient } from '../sign.js';
import { verifyJws } from '../verify-jws.js';
import type { CredentialNonces } from './nonces.js';
import { allowsCredentials, nonceSeconds } from './nonces.js';

/** @throws {OAuthError} request_unauthorized, insufficient_scope, invalid_request */
export type IssueCredential = (
  request: Pick<tokenV1.IssueCredentialRequest, 'accessToken' | 'bodyJson'>,
  context?: { readonly deadline: number },
) => Promise<tokenV1.IssueCredentialResponse>;

const format = 'jwt_vc_json';
const types = ['VerifiableCredential', 'UserInfoCredential'];
const lifeSeconds = 3_600;
/** Members of a public key that name it; nothing else of a header goes into the credential. */
const publicMembers: readonly string[] = ['kty', 'crv', 'x', 'y', 'n', 'e'];

const refuse = (why: string): never => {
  throw new OAuthError('invalid_request', why);
};

export function createIssueCredential(options: {
  live: LiveTokens;
  clients: ClientResolver;
  keys: Pick<SigningClient, 'signCredential'>;
  nonces: CredentialNonces;
  issuer: string;
  publicUrl: string;
  random: (bytes: number) => Buffer;
  /** Milliseconds since the epoch. */
  now: () => number;
}): IssueCredential {
  const { live, clients, keys, nonces, issuer, publicUrl, random, now } = options;

  const holderOf = (accessToken: string, proof: unknown): Jwk => {
    const { proof_type: type, jwt: text } = (proof ?? {}) as { proof_type?: unknown; jwt?: unknown };
    const jwt = type === 'jwt' && typeof text === 'string' ? parseJwt(text) : undefined;
    if (jwt === undefined || !isOfType(jwt.type, ['openid4vci-proof+jwt'])) return refuse('The proof is no JWT.');
    const jwk = provenKey(jwt);
    const { aud, nonce } = jwt.claims;
    const ours = [issuer, publicUrl, `${publicUrl}/`];
    if (typeof aud !== 'string' || !ours.includes(aud)) return refuse('The proof is meant for somebody else.');
    if (typeof nonce !== 'string' || !nonces.isGood(accessToken, nonce, now())) return refuse('The nonce is invalid.');
    return jwk;
  };

  const sign = async ({ authorization }: LiveToken, jwk: Jwk, deadline: number | undefined): Promise<string> => {
    const client = (await clients.find(authorization.clientId))?.client;
    const algorithm = client?.idTokenSignedResponseAlg ?? '';
    const issuedAt = Math.floor(now() / 1000);
    const tokenId = randomUuid(random);
    const said = {
      ...withoutClaims(authorization.idTokenClaims, [...idTokenClaimNames, 'id']),
      sub: authorization.clientSubject,
      ...(authorization.sessionId !== '' && { sid: authorization.sessionId }),
    };
    const asked = {
      requestId: tokenId,
      algorithm: algorithm === '' ? 'RS256' : algorithm,
      holder: `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`,
      issuedAt,
      expiresAt: issuedAt + lifeSeconds,
      tokenId,
      subjectClaimsJson: Buffer.from(JSON.stringify(said)),
    };
    const { jwt } = await keys.signCredential(asked, { deadline });
    return jwt;
  };

  return async ({ accessToken, bodyJson }, context) => {
    const token = await live.find(accessToken);
    if (token?.use !== 'access_token' || token.authorization.grantId === '') {
      throw new OAuthError('request_unauthorized', 'The access token stands for no end user.');
    }
    const body = parseStrictObject(bodyJson) ?? refuse('The body is no JSON object.');
    if (body['format'] !== format) refuse(`The only format is ${format}.`);
    if (body['proof'] === undefined || body['proof'] === null) {
      const nonce = nonces.make(accessToken, now());
      const what = {
        error: 'missing_proof',
        errorDescription: 'The request has no proof that the holder has its key.',
      };
      return { credential: '', proofNeeded: { ...what, nonce, nonceExpiresInSeconds: nonceSeconds } };
    }
    const jwk = holderOf(accessToken, body['proof']);
    if (JSON.stringify(body['types']) !== JSON.stringify(types)) refuse(`The only types are ${types.join(' ')}.`);
    if (!allowsCredentials(token.authorization)) {
      throw new OAuthError('insufficient_scope', 'The access token lacks scope userinfo_credential_draft_00.');
    }
    return { credential: await sign(token, jwk, context?.deadline), proofNeeded: undefined };
  };
}

/** The key of the header, for here a stranger is meant to bring it, found to have signed. */
function provenKey(jwt: UnverifiedJwt): Jwk {
  const given = jwt.header['jwk'];
  if (typeof given !== 'object' || given === null || !keyFits(given as Jwk, jwt.algorithm, 'sig')) {
    return refuse('The proof has no key in its header that could have signed it.');
  }
  const jwk = Object.fromEntries(Object.entries(given).filter(([name]) => publicMembers.includes(name)));
  try {
    if (verifyJws(jwt, createPublicKey({ format: 'jwk', key: jwk as Record<string, string> }))) return jwk;
  } catch {
    // A point beside its curve is no key.
  }
  return refuse('The proof is not signed by the key in its header.');
}
