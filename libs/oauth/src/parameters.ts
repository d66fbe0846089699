// Reads a list of parameters as OAuth means them: each once, none empty, none nested (RFC 6749 §3.1 and §3.2).
import { OAuthError } from './errors.js';

/** A parameter as it came. */
export interface RawParameter {
  readonly name: string;
  readonly value: string;
}

/** Parameters by name; absent and empty are the same. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * @param repeatable names whose values are joined by spaces instead
 * @throws {OAuthError} invalid_request for a name that comes twice or a value with control characters
 */
export function uniqueParameters(list: readonly RawParameter[], repeatable: readonly string[] = []): Parameters {
  const parameters = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, value } of list) {
    if (seen.has(name)) {
      if (!repeatable.includes(name)) {
        throw new OAuthError('invalid_request', `The parameter '${printable(name)}' is repeated.`);
      }
      if (value !== '') parameters.set(name, [parameters.get(name), value].filter(Boolean).join(' '));
      continue;
    }
    seen.add(name);
    if (/[\u0000]/.test(value)) {
      throw new OAuthError('invalid_request', `The parameter '${printable(name)}' has a control character in it.`);
    }
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** A name short and plain enough to be said back. */
function printable(name: string): string {
  return name.replace(/[^\w.-]/g, '?').slice(0, 40);
}
