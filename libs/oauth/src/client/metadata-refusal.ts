// How client metadata is refused: one error that names the field (RFC 7591 §3.2.2).
import { OAuthError } from '../errors.js';

/** @throws {OAuthError} invalid_client_metadata, always */
export function refuse(field: string, why: string): never {
  throw new OAuthError('invalid_client_metadata', `The field '${field}' ${why}.`);
}

/** @throws {OAuthError} invalid_client_metadata for a value that is not among those allowed */
export function oneOf(field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) refuse(field, `must be one of ${allowed.filter((word) => word !== '').join(', ')}`);
}

/** @throws {OAuthError} invalid_client_metadata for what is not JSON */
export function parseJson(field: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return refuse(field, 'is not JSON');
  }
}
