// A time in a query (RFC 3339).
import type { FormParameter } from '@cardea/http';
import { valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';

/** With its zone: a time without one means something else to everybody who reads it. */
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws {OAuthError} invalid_request for anything else */
export function instantOf(query: readonly FormParameter[], name: string): Date | undefined {
  const text = valueOf(query, name);
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (rfc3339.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw new OAuthError('invalid_request', `The parameter ${name} must be a time like 2026-01-31T12:00:00Z.`);
}
