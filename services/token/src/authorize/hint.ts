// Verifies ID tokens that come back as id_token_hint: any published key, expiry ignored (OpenID Connect Core §3.1.2.1,
// RP-Initiated Logout 1.0 §2).
import type { Claims } from '@cardea/oauth';
import { OAuthError } from '@cardea/oauth';
import type { signingV1 } from '@cardea/rpc';
import type { CryptoKey } from 'jose';
import { compactVerify, importJWK } from 'jose';

/** What a genuine hint says. */
export interface IdTokenHint {
  readonly subject: string;
  readonly audience: readonly string[];
  /** `sid`, when it is there. */
  readonly sessionId: string | undefined;
}

export interface HintVerifier {
  /** @throws {OAuthError} invalid_request for anything that is not an ID token of this issuer */
  verify(jwt: string): Promise<IdTokenHint>;
}

const keySet = 'hydra.openid.id-token';
const keysLiveMillis = 60_000;
/** How often an unknown key id may make us ask again. */
const refreshMillis = 5_000;
const longestHint = 8_192;

/** @param publicKeys lists every published key, retired ones too */
export function createHintVerifier(options: {
  issuer: string;
  publicKeys: () => Promise<readonly signingV1.PublicKey[]>;
  /** Milliseconds. */
  clock: { now(): number };
}): HintVerifier {
  const { issuer, publicKeys, clock } = options;
  let keys = new Map<string, { algorithm: string; key: Promise<CryptoKey | Uint8Array> }>();
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;

  const read = async () => {
    const listed = await publicKeys();
    keys = new Map(
      listed
        .filter((key) => key.keySet === keySet)
        .map((key) => [
          key.keyId,
          {
            algorithm: key.algorithm,
            key: importJWK(JSON.parse(key.jwkJson) as Record<string, string>, key.algorithm),
          },
        ]),
    );
    for (const { key } of keys.values()) key.catch(() => undefined);
    readAt = clock.now();
  };
  const refresh = () => (reading ??= read().finally(() => (reading = undefined)));
  const find = async (keyId: string) => {
    if (clock.now() - readAt > keysLiveMillis) await refresh();
    if (!keys.has(keyId) && clock.now() - readAt > refreshMillis) await refresh();
    return keys.get(keyId);
  };

  return {
    async verify(jwt) {
      const refuse = () => new OAuthError('invalid_request', 'The id_token_hint is not an ID token of this provider.');
      if (jwt.length > longestHint) throw refuse();
      const header = parse(jwt.split('.')[0] ?? '');
      const known = typeof header?.['kid'] === 'string' ? await find(header['kid']) : undefined;
      if (known === undefined || (header?.['typ'] !== undefined && header['typ'] !== 'JWT')) throw refuse();
      const payload = await compactVerify(jwt, await known.key, { algorithms: [known.algorithm] }).then(
        (verified) => parse(Buffer.from(verified.payload).toString('base64url')),
        () => undefined,
      );
      if (payload === undefined || payload['iss'] !== issuer || payload['events'] !== undefined) throw refuse();
      const { sub, aud, sid, iat, exp } = payload;
      const audience = typeof aud === 'string' ? [aud] : aud;
      if (typeof sub !== 'string' || typeof iat !== 'number' || typeof exp !== 'number' || !isStrings(audience))
        throw refuse();
      if (iat > clock.now() / 1000 + 60) throw refuse();
      return { subject: sub, audience, sessionId: typeof sid === 'string' ? sid : undefined };
    },
  };
}

/** The claims of a JWT that was verified before, as bytes of JSON; empty when it has none. */
export function hintClaims(jwt: string | undefined): Buffer {
  return jwt === undefined ? Buffer.alloc(0) : Buffer.from(jwt.split('.')[1] ?? '', 'base64url');
}

/** The subject of a JWT that was verified before. */
export function hintSubject(jwt: string): string | undefined {
  const sub = parse(jwt.split('.')[1] ?? '')?.['sub'];
  return typeof sub === 'string' ? sub : undefined;
}

function parse(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
