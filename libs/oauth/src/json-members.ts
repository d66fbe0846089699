// Reads members of JSON bodies the way Hydra's callers rely on: unknown ones are ignored, null is absent, a wrong type is
// an error that names the member (hydra-wire §2.2, §2.3).
import { OAuthError } from './errors.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The error for a member of the wrong type. */
export function wrongType(member: string, expected: string): OAuthError {
  return new OAuthError('invalid_request', `Unable to decode the request body: ${member} must be ${expected}.`);
}

/** @throws {OAuthError} invalid_request for anything but an object */
export function objectOf(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new OAuthError('invalid_request', 'Unable to decode the request body: it must be a JSON object.');
}

/** The value of a member; undefined when absent or null. */
export function member(body: JsonObject, name: string): unknown {
  return Object.hasOwn(body, name) ? (body[name] ?? undefined) : undefined;
}

export function textMember(body: JsonObject, name: string): string {
  const value = member(body, name) ?? '';
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  return value;
}

export function textsMember(body: JsonObject, name: string): string[] {
  const value = member(body, name) ?? [];
  if (Array.isArray(value) && value.every((entry): entry is string => typeof entry === 'string')) return value;
  throw wrongType(name, 'an array of strings');
}

export function flagMember(body: JsonObject, name: string): boolean {
  const value = member(body, name) ?? false;
  if (typeof value !== 'boolean') throw wrongType(name, 'true or false');
  return value;
}

/** A whole number of seconds that fits 32 bits. */
export function secondsMember(body: JsonObject, name: string): number {
  const value = member(body, name) ?? 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 0x7fff_ffff) {
    throw wrongType(name, 'a whole number of seconds');
  }
  return value;
}

/** Any JSON value as bytes; empty when absent. */
export function jsonMember(body: JsonObject, name: string): Buffer {
  const value = member(body, name);
  return value === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value));
}

/** A JSON object as bytes; empty when absent. */
export function objectMember(body: JsonObject, name: string): Buffer {
  const value = member(body, name);
  if (value !== undefined && (typeof value !== 'object' || Array.isArray(value))) throw wrongType(name, 'an object');
  return jsonMember(body, name);
}

/** JSON bytes from the token service, read back; `absent` when there are none. */
export function parsedJson(bytes: Uint8Array, absent: unknown): unknown {
  return bytes.length === 0 ? absent : (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
}
