// A statement that passed the policy: purpose, algorithm and claims in their final order, ready to be serialised.
import type { Claims } from '@cardea/oauth';
import type { Purpose } from './purpose.js';

export interface Statement {
  /** Makes the call idempotent. */
  readonly requestId: string;
  readonly purpose: Purpose;
  /** A JWS algorithm of the table. */
  readonly algorithm: string;
  readonly claims: Claims;
}

/** What the rules measure a request by. */
export interface Policy {
  /** `iss` of everything signed: never the caller's word. */
  readonly issuer: string;
  /** Longest `exp - iat` in seconds. */
  readonly longest: { readonly idToken: number; readonly accessToken: number; readonly logoutToken: number };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly style: AccessTokenStyle;
}

/** Where JWT access tokens say what they say, as far as operators choose (Hydra's `strategies.jwt` and `oauth2.*_claims`). */
export interface AccessTokenStyle {
  /** Scopes as `scp` list, `scope` text or both; undefined: as the format has it. */
  readonly scopeClaim: 'list' | 'string' | 'both' | undefined;
  /** Further claims that stand at the top in Hydra's format. */
  readonly topLevel: readonly string[];
  /** Whether `ext` repeats all further claims. */
  readonly mirrored: boolean;
  /** Where it does not: whether it keeps those that do not stand at the top. */
  readonly preserved: boolean;
  readonly withoutNotBefore: boolean;
}
