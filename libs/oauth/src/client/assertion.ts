// What a JWT must say to stand for a client or a grant: issuer, subject, audience, times, and an id to be used once
// (RFC 7523 §3, OpenID Connect Core §9, draft-ietf-oauth-rfc7523bis).

/** An assertion that is refused, and why. The reason is for the description or the log, as its caller decides. */
export class AssertionError extends Error {}

/**
 * Whom an assertion may name as its audience:
 * - `issuer`: our issuer, as the only value and not in a list (rfc7523bis §4, FAPI 2.0 §5.3.2.1). Another server can give out our token
 *   endpoint as its own, and be shown assertions that are good here; it cannot give out our issuer.
 * - `only`: our issuer or token endpoint, and nobody but us (RFC 7523 §3, OpenID Connect Core §9).
 * - `among`: it is enough that we are named (Hydra).
 */
export type AudienceRule = 'issuer' | 'only' | 'among';

export interface AssertionRules {
  readonly issuer: string;
  /** The token endpoint, by every name it has. */
  readonly endpoints: readonly string[];
  readonly audience: AudienceRule;
  readonly jtiOptional: boolean;
  readonly iatOptional: boolean;
  /** How long an assertion may be good for, milliseconds; Infinity when anything goes. */
  readonly longestMillis: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Assertion {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: readonly string[];
  /** Empty when absent. */
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

type Claims = Readonly<Record<string, unknown>>;

/** How far clocks may stand apart, seconds. */
export const clockSkew = 60;
const longestText = 1024;
const mostAudiences = 16;

/** @throws {AssertionError} */
export function readAssertion(claims: Claims, rules: AssertionRules): Assertion {
  const issuer = text(claims, 'iss');
  const subject = text(claims, 'sub');
  const audience = audienceOf(claims);
  const expiresAt = instant(claims, 'exp');
  const issuedAt = instant(claims, 'iat');
  const notBefore = instant(claims, 'nbf');
  const tokenId = claims['jti'] === undefined && rules.jtiOptional ? '' : text(claims, 'jti');
  const now = rules.now / 1000;
  if (expiresAt === undefined) throw new AssertionError('The claim exp is missing.');
  if (issuedAt === undefined && !rules.iatOptional) throw new AssertionError('The claim iat is missing.');
  if (expiresAt + clockSkew <= now)
    throw new AssertionError(
      'The assertion has expired: make a new one for each request, and compare the clocks of both machines.',
    );
  if (issuedAt !== undefined && issuedAt > now + clockSkew)
    throw new AssertionError('The claim iat is in the future: compare the clocks of both machines.');
  if (notBefore !== undefined && notBefore > now + clockSkew) {
    throw new AssertionError('The assertion is not valid yet: compare the clocks of both machines.');
  }
  if ((expiresAt - (issuedAt ?? now)) * 1000 > rules.longestMillis + clockSkew * 1000) {
    throw new AssertionError('The assertion is good for too long.');
  }
  if (!isAddressed(claims['aud'], audience, rules))
    throw new AssertionError('The assertion is meant for somebody else.');
  return { issuer, subject, audience, tokenId, expiresAt };
}

/** A list that names another server too is an assertion which that server could replay here (rfc7523bis §3). */
function isAddressed(
  claim: unknown,
  audience: readonly string[],
  { issuer, endpoints, audience: rule }: AssertionRules,
): boolean {
  if (rule === 'issuer') return claim === issuer;
  const ours = (entry: string) => entry === issuer || endpoints.includes(entry);
  return rule === 'only' ? audience.every(ours) : audience.some(ours);
}

function audienceOf(claims: Claims): readonly string[] {
  const aud = claims['aud'];
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const named = list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
  if (list.length === 0 || named.length !== list.length || list.length > mostAudiences) {
    throw new AssertionError('The claim aud is missing or malformed.');
  }
  return named;
}

function text(claims: Claims, name: string): string {
  const value = claims[name];
  if (typeof value === 'string' && value !== '' && value.length <= longestText && !value.includes('\0')) return value;
  throw new AssertionError(`The claim ${name} is missing or malformed.`);
}

/** Seconds; a fraction counts as nothing, and beyond what a date can be it is no instant. */
function instant(claims: Claims, name: string): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= 0 && value < 1e11)) {
    throw new AssertionError(`The claim ${name} is malformed.`);
  }
  return Math.floor(value);
}
