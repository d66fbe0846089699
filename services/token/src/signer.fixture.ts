// A signer for tests: what the keys service would answer, with ES256 keys of this very moment.
import { jwsAlgorithm } from '@cardea/oauth';
import type { CallOptions } from '@cardea/rpc';
import { signingV1 } from '@cardea/rpc';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { SigningClient } from './sign.js';

export interface TestSigner extends SigningClient {
  /** Whether it fails every call. */
  away: boolean;
  /** What it was asked to sign. */
  readonly calls: unknown[];
  /** Until when, each time. */
  readonly deadlines: (number | undefined)[];
}

export function createTestSigner(issuer: string): TestSigner {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
  const jwt = (kid: string, typ: string, claims: object): string => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode({ alg: 'ES256', kid, typ })}.${encode(claims)}`;
    const options = jwsAlgorithm('ES256')!.node.options;
    return `${input}.${sign('sha256', Buffer.from(input), { key: pair.privateKey, ...options }).toString('base64url')}`;
  };
  const extra = (bytes: Buffer) => (bytes.length === 0 ? {} : (JSON.parse(bytes.toString()) as object));
  const signer = {
    away: false,
    calls: [] as unknown[],
    deadlines: [] as (number | undefined)[],
    guard(request: unknown, options?: CallOptions) {
      if (signer.away) throw new Error('the keys service is away');
      signer.calls.push(request);
      signer.deadlines.push(options?.deadline);
    },
    async signIdToken(request: signingV1.SignIdTokenRequest, options?: CallOptions) {
      signer.guard(request, options);
      const {
        subject: sub,
        audience: aud,
        issuedAt: iat,
        expiresAt: exp,
        nonce,
        accessTokenHash: at_hash,
        codeHash: c_hash,
        authTime: auth_time,
        acr,
        sessionId: sid,
      } = request;
      const claims = {
        ...extra(request.extraClaimsJson),
        iss: issuer,
        sub,
        aud,
        iat,
        exp,
        nonce,
        at_hash,
        c_hash,
        auth_time,
        acr,
        sid,
      };
      return { jwt: jwt('id', 'JWT', claims) };
    },
    async signAccessToken(request: signingV1.SignAccessTokenRequest, options?: CallOptions) {
      signer.guard(request, options);
      const { subject: sub, audience: aud, issuedAt: iat, expiresAt: exp, tokenId: jti, clientId: client_id } = request;
      const claims = { ...extra(request.extraClaimsJson), iss: issuer, sub, aud, iat, exp, jti, client_id };
      return { jwt: jwt('access', 'at+jwt', { ...claims, scope: request.scopes.join(' ') }) };
    },
    async signUserinfo(request: signingV1.SignUserinfoRequest, options?: CallOptions) {
      signer.guard(request, options);
      return {
        jwt: jwt('id', 'JWT', { ...extra(request.extraClaimsJson), sub: request.subject, aud: request.audience }),
      };
    },
    async signLogoutToken(request: signingV1.SignLogoutTokenRequest, options?: CallOptions) {
      signer.guard(request, options);
      const { audience, issuedAt: iat, expiresAt: exp, tokenId: jti, subject, sessionId: sid } = request;
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const sub = subject === '' ? undefined : subject;
      return { jwt: jwt('id', 'logout+jwt', { iss: issuer, aud: [audience], iat, exp, jti, events, sub, sid }) };
    },
    async signCredential(request: signingV1.SignCredentialRequest, options?: CallOptions) {
      signer.guard(request, options);
      const credentialSubject = { id: request.holder, ...extra(request.subjectClaimsJson) };
      return { jwt: jwt('id', 'JWT', { sub: request.holder, vc: { credentialSubject } }) };
    },
    listPublicKeys: async () => ({
      keys: [
        ['hydra.openid.id-token', 'id'],
        ['hydra.jwt.access-token', 'access'],
      ].map(([keySet = '', keyId = '']) => ({
        keySet,
        keyId,
        algorithm: 'ES256',
        state: signingV1.KeyState.CURRENT,
        jwkJson: JSON.stringify({ ...jwk, kid: keyId }),
        activatesAt: undefined,
      })),
    }),
  };
  return signer;
}
