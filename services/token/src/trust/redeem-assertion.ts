// The jwt-bearer grant's shell: finds who is trusted, verifies the assertion, and uses it up (RFC 7523 §2.1 and §3).
import type { AssertionRules, PresentedAssertion } from '@cardea/oauth';
import {
  AssertionError,
  grantTable,
  isOfType,
  jwtBearerGrantType,
  keyFits,
  OAuthError,
  parseJwt,
  readAssertion,
} from '@cardea/oauth';
import { createPublicKey } from 'node:crypto';
import type { GrantCall, Refusal } from '../exchange.js';
import type { Issue } from '../issue.js';
import type { Redeem } from '../redeem.js';
import type { TokenSettings } from '../settings.js';
import type { Replays } from '../storage/replays.js';
import type { AccessTokens } from '../storage/tokens.js';
import type { TrustedIssuerRow, TrustedIssuers } from '../storage/trusted-issuers.js';
import { verifyJws } from '../verify-jws.js';

const refused = (description: string): Refusal => ({
  kind: 'refuse',
  error: new OAuthError('invalid_grant', description),
});

/** An assertion stands for a subject in tokens, where it may have this many characters. */
const longestSubject = 255;

export function createRedeemAssertion(options: {
  settings: Pick<TokenSettings, 'issuer' | 'endpoints' | 'audiences' | 'assertions' | 'policy' | 'hydraCompat'>;
  trusted: TrustedIssuers;
  replays: Replays;
  tokens: AccessTokens;
  issue: Issue;
}): Redeem {
  const { settings, trusted, replays, tokens, issue } = options;
  const { issuer, endpoints, audiences, assertions, policy, hydraCompat } = settings;
  const rules: Omit<AssertionRules, 'now'> = {
    issuer,
    endpoints,
    audience: audiences.grant,
    jtiOptional: assertions.jtiOptional,
    iatOptional: assertions.iatOptional,
    longestMillis: assertions.longestMillis,
  };

  /** @throws {AssertionError} */
  const verified = async (text: string, now: number): Promise<PresentedAssertion | undefined> => {
    const jwt = parseJwt(text);
    if (jwt === undefined || !isOfType(jwt.type, ['authorization-grant+jwt'])) return undefined;
    const { iss, sub } = jwt.claims;
    if (typeof iss !== 'string' || typeof sub !== 'string' || sub.length > longestSubject) {
      throw new AssertionError('The claims iss and sub must be texts.');
    }
    const candidates = isStorable(iss + sub + (jwt.keyId ?? ''))
      ? await trusted.covering({ issuer: iss, subject: sub, keyId: jwt.keyId, now })
      : [];
    const trust = candidates.find((row) => {
      const key = publicKeyOf(row, jwt.algorithm);
      return key !== undefined && verifyJws(jwt, key);
    });
    if (trust === undefined) return undefined;
    const assertion = readAssertion(jwt.claims, { ...rules, now });
    return { assertion, scopes: trust.scopes, audienceKept: assertions.audienceKept };
  };

  return async (call: GrantCall) => {
    const { client, parameters, now } = call;
    let presented: PresentedAssertion | undefined;
    try {
      presented = await verified(parameters.get('assertion') ?? '', now);
    } catch (error) {
      if (error instanceof AssertionError) return refused(error.message);
      throw error;
    }
    const decision = grantTable[jwtBearerGrantType].decide({ client, parameters, presented, policy, now });
    if (decision.kind === 'refuse') return decision;
    if (decision.kind === 'replay' || presented === undefined) throw new OAuthError('server_error');
    const { assertion } = presented;
    const once = { names: ['grant assertion', assertion.issuer, assertion.tokenId], until: assertion.expiresAt };
    if (assertion.tokenId !== '' && !(await replays.use(once))) {
      const known = new OAuthError(hydraCompat ? 'jti_known' : 'invalid_grant', 'The assertion was used before.');
      return { kind: 'refuse', error: known };
    }
    const issued = await issue(call, jwtBearerGrantType, decision);
    await tokens.insert(issued.access);
    return issued.response;
  };
}

/** PostgreSQL has no NUL in its texts, so nothing is named with one. */
const isStorable = (text: string) => !text.includes('\0');

function publicKeyOf({ jwk }: TrustedIssuerRow, algorithm: string) {
  if (!keyFits(jwk, algorithm, 'sig')) return undefined;
  try {
    return createPublicKey({ format: 'jwk', key: jwk as Record<string, string> });
  } catch {
    return undefined;
  }
}
