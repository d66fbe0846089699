// How client handlers name and find: ids as PostgreSQL can hold them, and not_found in Hydra's words.
import { OAuthError } from '@cardea/oauth';

/** PostgreSQL has no NUL in its texts, so nothing is named with one. */
export const known = (text: string) => text.replaceAll('\0', '\ufffd');

/** @throws {OAuthError} not_found for undefined */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new OAuthError('not_found', 'Unable to locate the resource');
  return value;
}
