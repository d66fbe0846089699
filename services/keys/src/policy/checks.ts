// The rules single fields must pass before the signer puts its name to them (security §2.3: the signer trusts no caller).
import { OAuthError, ownAlgorithm } from '@cardea/oauth';

/** @throws {OAuthError} invalid_request: the caller asked for something that is never signed */
export function refuse(description: string): never {
  throw new OAuthError('invalid_request', `The signer refuses: ${description}.`);
}

const clockSkewSeconds = 60;
const manyNames = 64;

/** A request id: what makes a replay recognisable. */
export function requestId(value: string, name = 'request_id'): string {
  return /^[\x21-\x7e]{1,128}$/.test(value) ? value : refuse(`${name} must be 1 to 128 visible ASCII characters`);
}

/** A key id that is put into headers of tokens. */
export function keyId(value: string): string {
  return /^[\x21-\x7e]{1,128}$/.test(value) ? value : refuse('kid must be 1 to 128 visible ASCII characters');
}

/** The name of an algorithm of the table. */
export function algorithm(value: string): string {
  return ownAlgorithm(value) === undefined ? refuse('it knows no such algorithm') : value;
}

/** `sub` and its like: 1 to 255 printable ASCII characters (OpenID Connect Core §2). */
export function identifier(name: string, value: string): string {
  return /^[\x20-\x7e]{1,255}$/.test(value) ? value : refuse(`${name} must be 1 to 255 printable ASCII characters`);
}

/** A holder named by the key it has: a did:jwk, so that the credential never passes for a token of a person. */
export function holder(value: string): string {
  return /^did:jwk:[\w-]{1,4096}$/.test(value) ? value : refuse('holder must be a did:jwk');
}

/** The same for a claim that may be left out by being empty. */
export function optionalIdentifier(name: string, value: string): string | undefined {
  return value === '' ? undefined : identifier(name, value);
}

/** Text of any script; empty leaves it out. */
export function optionalText(name: string, value: string): string | undefined {
  if (value === '') return undefined;
  return value.length <= 2048 ? value : refuse(`${name} is longer than 2048 characters`);
}

/** A list of names, none empty. */
export function names(name: string, values: readonly string[], least: 0 | 1): readonly string[] {
  if (values.length < least) return refuse(`${name} must have at least one value`);
  if (values.length > manyNames) return refuse(`${name} has more than ${String(manyNames)} values`);
  for (const value of values) {
    if (value === '' || value.length > 2048) return refuse(`${name} has a value that is empty or too long`);
  }
  return values;
}

/** The same for a list that is left out when empty. */
export function optionalNames(name: string, values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : names(name, values, 0);
}

/** `iat`: seconds since the epoch, near the signer's own clock. */
export function issuedAt(value: number, now: number): number {
  if (!Number.isSafeInteger(value)) return refuse('iat must be a whole number');
  if (Math.abs(value * 1000 - now) > clockSkewSeconds * 1000) return refuse('iat is too far from its clock');
  return value;
}

/** `exp`: after `iat`, by no more than the cap. */
export function expiresAt(value: number, issued: number, longestSeconds: number): number {
  if (!Number.isSafeInteger(value) || value <= issued) return refuse('exp must be a whole number after iat');
  if (value - issued > longestSeconds) return refuse(`exp is more than ${String(longestSeconds)} s after iat`);
  return value;
}

/** An instant of the past, seconds since the epoch; 0 leaves it out. */
export function optionalPast(name: string, value: number, issued: number): number | undefined {
  if (value === 0) return undefined;
  const past = Number.isSafeInteger(value) && value > 0 && value <= issued + clockSkewSeconds;
  return past ? value : refuse(`${name} must be a whole number that is not after iat`);
}
