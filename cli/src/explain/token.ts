// A token in plain words: what it says of itself, whether its signature is ours, and what the provider says of it now.
import { createPublicKey, verify } from 'node:crypto';
import type { Json } from '../api/client.js';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';

/** What an introspection said (RFC 7662 §2.2). */
export function explainIntrospection(answer: Json): Finding[] {
  if (answer['active'] !== true) {
    return [
      wrong('active', 'no: it has expired, was revoked or rotated away, or was never issued here', {
        why: 'an introspection does not say which, so that nobody can try tokens out',
        decides: 'ttl.access_token, ttl.refresh_token; revocations; for refresh tokens the rotation',
        fix: 'get a new one: a login, or a refresh with the newest refresh token',
      }),
    ];
  }
  return [
    ok('active', `yes, as ${textOf(answer['token_use'] ?? 'token')}`),
    ...['client_id', 'sub', 'scope', 'aud', 'iss'].flatMap((name) =>
      answer[name] === undefined ? [] : [note(name, textOf(answer[name]))],
    ),
    ...timesOf(answer, Date.now()),
  ];
}

/** @param keys the issuer's key set @param now milliseconds */
export function explainJwt(token: string, keys: readonly Json[], issuer: string, now: number): Finding[] {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [partOf(head), partOf(body)];
  if (header === undefined || claims === undefined) {
    return [
      wrong('form', 'it looks like a JWT, but its parts are no JSON', { fix: 'copy it whole, without line breaks' }),
    ];
  }
  const kind = header['typ'] === 'at+jwt' ? 'an access token (RFC 9068)' : kindOf(claims);
  return [
    note('what', `${kind}, signed with ${textOf(header['alg'])} by key ${textOf(header['kid'] ?? '(none named)')}`),
    signed(`${head}.${body}`, signature, header, keys),
    claims['iss'] === issuer
      ? ok('iss', issuer)
      : wrong('iss', `${textOf(claims['iss'])}, while this provider is ${issuer}`, {
          why: 'it comes from somebody else, or urls.self.issuer was changed or reached by another name',
          decides: 'urls.self.issuer',
        }),
    ...['sub', 'aud', 'client_id', 'azp', 'scp', 'scope', 'nonce', 'sid', 'acr', 'amr'].flatMap((name) =>
      claims[name] === undefined ? [] : [note(name, textOf(claims[name]))],
    ),
    ...timesOf(claims, now),
  ];
}

function signed(input: string, signature: string, header: Json, keys: readonly Json[]): Finding {
  const key = keys.find(({ kid }) => kid === header['kid']);
  if (key === undefined) {
    return wrong('signature', 'no key of that name is in the key set', {
      why: 'the key was retired long ago, the token comes from somebody else, or your copy of the key set is old',
      fix: 'fetch /.well-known/jwks.json again when an unknown kid comes (once, not for each token)',
    });
  }
  const alg = String(header['alg']);
  try {
    const hash = /^(?:RS|PS|ES)(\d+)$/.exec(alg)?.[1];
    const good = verify(
      hash === undefined ? null : `sha${hash}`,
      Buffer.from(input),
      {
        key: createPublicKey({ key: key as never, format: 'jwk' }),
        ...(alg.startsWith('PS') ? { padding: 6, saltLength: -1 } : {}),
        ...(alg.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' as const } : {}),
      },
      Buffer.from(signature, 'base64url'),
    );
    if (good) return ok('signature', 'it is right');
    return wrong('signature', 'it is not right: the token was changed, or cut off');
  } catch {
    return warning('signature', `this Node.js cannot check ${alg}`);
  }
}

function kindOf(claims: Json): string {
  if (claims['events'] !== undefined) return 'a logout token';
  return claims['nonce'] !== undefined || claims['auth_time'] !== undefined || claims['at_hash'] !== undefined
    ? 'an ID token'
    : 'a token';
}

function timesOf(claims: Json, now: number): Finding[] {
  const found: Finding[] = [];
  const { iat, nbf, exp } = claims as { iat?: number; nbf?: number; exp?: number };
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const skew = 'the clock of one machine is wrong: let both follow NTP; a minute of leeway is usual';
  if (typeof iat === 'number' && iat * 1000 > now + 5_000) {
    found.push(wrong('iat', `${at(iat)} has not come yet`, { why: skew, fix: 'cardea doctor compares the clocks' }));
  }
  if (typeof nbf === 'number' && nbf * 1000 > now)
    found.push(wrong('nbf', `it is good from ${at(nbf)} only`, { why: skew }));
  if (typeof exp === 'number') {
    found.push(
      exp * 1000 > now
        ? ok('exp', `${at(exp)}, in ${String(Math.ceil(exp - now / 1000))} s`)
        : wrong('exp', `it ended at ${at(exp)}, ${String(Math.floor(now / 1000 - exp))} s ago`, {
            decides: 'ttl.access_token, ttl.id_token, or the lifespans of the client',
            fix: 'refresh it, or log in again',
          }),
    );
  }
  return found;
}

function partOf(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof json === 'object' && json !== null ? (json as Json) : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
