// Takes a compact JWS apart for reading only; whether it is genuine was decided elsewhere (RFC 7515 §3.1, RFC 7519 §4.1).
import type { Texts } from '../texts.js';
import { distance, instant } from './time-words.js';

/** A JWT in readable form. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes a JWT; undefined for anything else, such as an opaque handle. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const header = jsonObject(parts[0] ?? '');
  const claims = jsonObject(parts[1] ?? '');
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

const instants = new Set(['exp', 'nbf', 'iat', 'rat', 'auth_time', 'updated_at']);

/** One line of a table of claims. */
export interface ClaimLine {
  readonly name: string;
  readonly value: string;
  /** The instant in words, with its distance from now. */
  readonly time?: string | undefined;
  readonly meaning: string | undefined;
}

/** The members of a header, of claims or of an introspection answer, in their own order. */
export function claimLines(texts: Texts, members: Readonly<Record<string, unknown>>, nowSeconds: number): ClaimLine[] {
  return Object.entries(members).map(([name, value]) => {
    const moment = instants.has(name) && typeof value === 'number' ? instant(texts, value) : undefined;
    return {
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      time: moment === undefined ? undefined : `${moment}, ${distance(texts, value as number, nowSeconds)}`,
      meaning: Object.hasOwn(texts.claims, name) ? texts.claims[name] : undefined,
    };
  });
}
