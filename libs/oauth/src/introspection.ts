// What introspection says of a token (RFC 7662 §2.2), from what the token stands for.
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

/** What an introspection answer is written from; texts are empty and numbers zero where there is nothing to say. */
export interface IntrospectedToken {
  readonly scope: string;
  readonly clientId: string;
  readonly subject: string;
  /** Hydra's: the pairwise subject, for operators alone. */
  readonly obfuscatedSubject: string;
  /** Seconds since the epoch, like all that follow; 0 when it never expires. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly audience: readonly string[];
  readonly issuer: string;
  readonly tokenUse: string;
  readonly acr: string;
  readonly authTime: number;
  /** Claims the installation added, as JSON of an object. */
  readonly extraJson: Buffer;
  /** `cnf`, as JSON of an object. */
  readonly confirmationJson: Buffer;
}

/** The whole answer for every token that is not live (RFC 7662 §2.2). */
export const inactiveDocument = Buffer.from('{"active":false}');

/** The JSON for a live token. JSON that was made before is put in as it is, so that no number in it loses a digit. */
export function introspectionDocument(token: IntrospectedToken): Buffer {
  const text = JSON.stringify({
    active: true,
    ...(token.scope === '' ? {} : { scope: token.scope }),
    client_id: token.clientId,
    sub: token.subject,
    ...(token.obfuscatedSubject === '' ? {} : { obfuscated_subject: token.obfuscatedSubject }),
    ...(token.expiresAt === 0 ? {} : { exp: token.expiresAt }),
    iat: token.issuedAt,
    nbf: token.notBefore,
    aud: token.audience,
    iss: token.issuer,
    token_type: 'Bearer',
    token_use: token.tokenUse,
    ...(token.acr === '' ? {} : { acr: token.acr }),
    ...(token.authTime === 0 ? {} : { auth_time: token.authTime }),
  });
  const extra = token.extraJson.length === 0 ? '' : `,"ext":${token.extraJson.toString('utf8')}`;
  const confirmation = token.confirmationJson.length === 0 ? '' : `,"cnf":${token.confirmationJson.toString('utf8')}`;
  return Buffer.from(`${text.slice(0, -1)}${extra}${confirmation}}`);
}
