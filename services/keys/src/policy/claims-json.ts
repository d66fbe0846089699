// Claims the caller words itself, as JSON: read strictly, bounded, and without the names that are the signer's to say.
import type { Claims } from '@cardea/oauth';
import { isUtf8 } from 'node:buffer';
import { refuse } from './checks.js';

/** What all claims of a token may weigh, serialised. */
export const longestClaims = 8 * 1024;
const manyClaims = 100;
const deepest = 8;

const none: Claims = Object.freeze({});

/**
 * Reads a JSON object.
 *
 * It must be spelled as `JSON.stringify` spells it: that is what our one caller sends, and it leaves no room for a name
 * that occurs twice, on which parsers would disagree (RFC 8259 §4).
 *
 * @param reserved names that must not occur at its top
 */
export function claimsJson(field: string, bytes: Buffer, reserved: ReadonlySet<string>): Claims {
  if (bytes.length === 0) return none;
  if (bytes.length > longestClaims) return refuse(`${field} weighs more than ${String(longestClaims)} bytes`);
  const text = bytes.toString('utf8');
  const value = isUtf8(bytes) ? parse(text) : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || JSON.stringify(value) !== text) {
    return refuse(`${field} must be one JSON object in compact spelling, each name once`);
  }
  const claimNames = Object.keys(value);
  if (claimNames.length > manyClaims) return refuse(`${field} has more than ${String(manyClaims)} claims`);
  for (const name of claimNames) {
    if (reserved.has(name)) return refuse(`${field} has the reserved claim ${name.replace(/[^\w.-]/g, '?')}`);
  }
  if (isDeeper(value, deepest)) return refuse(`${field} is nested more than ${String(deepest)} levels deep`);
  return value as Claims;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
