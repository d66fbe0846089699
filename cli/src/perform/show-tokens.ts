// Tokens for the eyes and for scripts: Hydra's columns, and below them what stands inside.
import { parseJwt } from '@cardea/oauth';
import type { Json } from '../api/client.js';
import type { Shown } from '../output/shown.js';

/** The answer of a token endpoint, checked (RFC 6749 §5.1). */
export interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  /** Seconds. */
  readonly expires_in?: number;
  readonly scope?: string;
}

interface Decoded {
  readonly header: Json;
  readonly claims: Json;
}

function decode(token: string | undefined): Decoded | undefined {
  const jwt = token === undefined ? undefined : parseJwt(token);
  return jwt === undefined ? undefined : { header: jwt.header, claims: jwt.claims };
}

/** @param now milliseconds since the epoch @param verdict on the ID token, in words */
export function showTokens(tokens: Tokens, now: number, verdict?: string): Shown {
  const { access_token: access, refresh_token: refresh = '', id_token: id = '', expires_in: seconds } = tokens;
  const expiry = seconds === undefined ? '' : new Date(now + seconds * 1000).toISOString();
  const decoded = Object.entries({ id_token: decode(id), access_token: decode(access) }).filter(
    (entry): entry is [string, Decoded] => entry[1] !== undefined,
  );
  const draw = ([name, { header, claims }]: readonly [string, Decoded]) =>
    `\n${name} decoded:\n${JSON.stringify(header)}\n${JSON.stringify(claims, null, 2)}`;
  return {
    json: { ...tokens, expiry, ...(decoded.length === 0 ? {} : { decoded: Object.fromEntries(decoded) }) },
    columns: ['ACCESS TOKEN', 'REFRESH TOKEN', 'ID TOKEN', 'EXPIRY', 'SCOPE'],
    rows: [[access, refresh, id, expiry, tokens.scope ?? '']],
    ids: [access],
    single: true,
    remarks: [...decoded.map(draw), ...(verdict === undefined ? [] : ['', `${verdict}.`])],
  };
}
