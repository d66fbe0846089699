// JWTs of an issuer the operator trusts, such as Kubernetes service accounts, as bearer tokens of the admin API
// (RFC 7519 §7.2, RFC 8725 §3). Verified with node:crypto: see docs/decisions/0091.
import type { Jwk, UnverifiedJwt } from '@cardea/oauth';
import { isOfType, jwsAlgorithm, keyFits, parseJwt } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import { createPublicKey, verify } from 'node:crypto';
import type { Caller } from './caller.js';
import type { IssuerKeys } from './issuer-keys.js';

const skewSeconds = 30;
/** Keys that are tried when a token names none. */
const mostTried = 5;

export interface IssuerTokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly subjects: Config['serve']['admin']['authentication']['jwt']['subjects'];
}

/**
 * @param options.now milliseconds since the epoch
 * @returns whose token it is; undefined for one that proves nothing
 */
export function createIssuerTokens(options: {
  readonly rules: IssuerTokenRules;
  readonly keys: IssuerKeys;
  readonly now: () => number;
}): (bearer: string) => Promise<Caller | undefined> {
  const { rules, keys, now } = options;
  const known = new Map<string, Caller>(
    rules.subjects.map(({ subject, roles }) => [subject, { name: subject, authentication: 'jwt', roles }]),
  );

  return async (bearer) => {
    const token = parseJwt(bearer);
    if (token === undefined) return undefined;
    // The claims first: whoever makes up a token shall not make us fetch keys for it.
    const caller = callerIn(token, rules, known, Math.floor(now() / 1000));
    if (caller === undefined) return undefined;
    const signed = isSigned(token, await keys.list(false)) || isSigned(token, await keys.list(true));
    return signed ? caller : undefined;
  };
}

function callerIn(
  { claims, type }: UnverifiedJwt,
  { issuer, audience }: IssuerTokenRules,
  known: ReadonlyMap<string, Caller>,
  seconds: number,
): Caller | undefined {
  const { iss, sub, aud, exp, nbf } = claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  const inTime =
    typeof exp === 'number' &&
    exp > seconds - skewSeconds &&
    (nbf === undefined || (typeof nbf === 'number' && nbf <= seconds + skewSeconds));
  const meant = iss === issuer && audiences.includes(audience) && isOfType(type, ['at+jwt']);
  return meant && inTime && typeof sub === 'string' ? known.get(sub) : undefined;
}

function isSigned(token: UnverifiedJwt, keys: readonly Jwk[]): boolean {
  const row = jwsAlgorithm(token.algorithm);
  if (row === undefined) return false;
  return keys
    .filter((key) => (token.keyId === undefined || key['kid'] === token.keyId) && keyFits(key, token.algorithm, 'sig'))
    .slice(0, mostTried)
    .some((key) => {
      try {
        const object = createPublicKey({ key: key as never, format: 'jwk' });
        return verify(row.node.digest, token.input, { key: object, ...row.node.options }, token.signature);
      } catch {
        return false;
      }
    });
}
