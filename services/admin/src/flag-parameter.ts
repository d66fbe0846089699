// A query parameter that is true or false; absent or empty says nothing.
import type { FormParameter } from '@cardea/http';
import { valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';

/** @throws {OAuthError} invalid_request for anything but true and false */
export function flagOf(query: readonly FormParameter[], name: string): boolean | undefined {
  const text = valueOf(query, name) ?? '';
  if (text === '') return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new OAuthError('invalid_request', `The query parameter '${name}' must be true or false.`);
}
