// What introspection says of a live token (RFC 7662 §2.2), from what the token stands for.
import type { Authorization } from './authorization.js';

/** What a token row says; the same for access and refresh tokens. Times are seconds since the epoch. */
export interface TokenContent {
  /** `grantId` is empty when a client acts for itself. */
  readonly authorization: Authorization;
  readonly issuedAt: number;
}

/** A token that may be used now. */
export interface LiveToken extends TokenContent {
  readonly use: 'access_token' | 'refresh_token';
  /** Seconds since the epoch; 0 when it never expires. */
  readonly expiresAt: number;
}

/** `cnf`: how the token is bound to its holder; undefined for bearer tokens (RFC 9449 §6, RFC 8705 §3.1). */
export function confirmationOf({ proof }: Authorization): Readonly<Record<string, string>> | undefined {
  switch (proof.kind) {
    case 'none':
      return undefined;
    case 'dpop':
      return { jkt: proof.thumbprint };
    case 'mtls':
      return { 'x5t#S256': proof.thumbprint };
  }
}
