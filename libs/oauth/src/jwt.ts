// A signed JWT of a stranger, taken apart and not believed yet: compact JWS only, canonical spelling, bounded size
// (RFC 7515 §5.2, RFC 8725 §3; security catalogue E).
import { parseStrictObject } from './strict-json.js';

export interface UnverifiedJwt {
  readonly algorithm: string;
  /** `kid`; undefined when absent. */
  readonly keyId: string | undefined;
  /** `typ` in lower case and without `application/`; undefined when absent (RFC 7515 §4.1.9). */
  readonly type: string | undefined;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What was signed. */
  readonly input: Buffer;
  readonly signature: Buffer;
}

const longest = 16_384;
const longestName = 255;

/**
 * @param options.unsigned whether the signature may be empty
 * @returns undefined for everything that is not one compact JWS over a JSON object
 */
export function parseJwt(text: string, { unsigned = false } = {}): UnverifiedJwt | undefined {
  if (text.length > longest || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return undefined;
  if (text.endsWith('.') && !unsigned) return undefined;
  const [head = '', payload = '', mark = ''] = text.split('.');
  const parts = [head, payload, mark].map((part) => Buffer.from(part, 'base64url'));
  const [headBytes, payloadBytes, signature] = parts;
  // The decoder forgives spare bits; a token has one spelling.
  if (headBytes?.toString('base64url') !== head || payloadBytes?.toString('base64url') !== payload) return undefined;
  if (signature?.toString('base64url') !== mark) return undefined;
  const header = parseStrictObject(headBytes);
  const claims = parseStrictObject(payloadBytes);
  if (header === undefined || claims === undefined) return undefined;
  const { alg, kid, typ } = header;
  // We understand no extension, and a payload that is not encoded is one (RFC 7797).
  if (typeof alg !== 'string' || 'crit' in header || 'b64' in header) return undefined;
  if (!isName(kid) || !isName(typ)) return undefined;
  return {
    algorithm: alg,
    keyId: kid,
    type: typ?.toLowerCase().replace(/^application\//, ''),
    header,
    claims,
    input: Buffer.from(`${head}.${payload}`),
    signature,
  };
}

const isName = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value.length <= longestName);

/** Whether a `typ` may stand on a JWT of these types; none, and plain `JWT`, say nothing (RFC 8725 §3.11; catalogue E11). */
export function isOfType(type: string | undefined, types: readonly string[]): boolean {
  return type === undefined || type === 'jwt' || types.includes(type);
}
