// Scopes: their grammar (RFC 6749 §3.3) and the two ways to match them (Hydra's `strategies.scope`).
import { OAuthError } from './errors.js';

/** `exact` compares strings; `wildcard` lets a registered `a.*` stand for `a.b` and `a.b.c`. */
export type ScopeStrategy = 'wildcard' | 'exact';

const maxScopes = 100;
const maxLength = 4096;

/**
 * @returns the scopes asked for, each once, in order
 * @throws {OAuthError} invalid_scope for forbidden characters or an absurd number
 */
export function parseScope(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  if (text.length > maxLength) throw new OAuthError('invalid_scope', 'The scope is too long.');
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) {
    throw new OAuthError('invalid_scope', 'The scope has a character in it that scopes cannot have.');
  }
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))];
  if (scopes.length > maxScopes) throw new OAuthError('invalid_scope', 'The scope names too many scopes.');
  return scopes;
}

/** What is said of a scope that a client is not registered for. */
export const foreignScope = (scope: string): string =>
  `The client may not ask for scope '${scope}': add it to the scope of the client, or ask for less.`;

/** Whether a scope is covered by the registered or granted ones. */
export function scopeAllowed(allowed: readonly string[], wanted: string, strategy: ScopeStrategy): boolean {
  if (allowed.includes(wanted)) return true;
  return strategy === 'wildcard' && allowed.some((pattern) => pattern.includes('*') && matches(pattern, wanted));
}

/** Segments part at dots; `*` is one segment that is not empty, and a `*` at the end is one or more. */
function matches(pattern: string, wanted: string): boolean {
  const patterns = pattern.split('.');
  const segments = wanted.split('.');
  if (patterns.length > segments.length) return false;
  if (patterns.length < segments.length && patterns.at(-1) !== '*') return false;
  return segments.every((segment, index) => {
    const expected = patterns[Math.min(index, patterns.length - 1)];
    return expected === '*' ? segment !== '' : expected === segment;
  });
}
