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
}
