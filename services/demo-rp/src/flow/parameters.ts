// Explains each parameter of an authorization request and of its answer (RFC 6749 §4.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
import type { Texts } from '../texts.js';
import { isSecretName, mask } from './mask.js';
import type { Explained } from './step.js';

/** Each parameter with its value, masked when it opens something, and its reason. */
export function explainParameters(texts: Texts, parameters: Iterable<readonly [string, string]>): Explained[] {
  const meanings = texts.parameters;
  return [...parameters].map(([name, value]) => ({
    name,
    value: isSecretName(name) ? mask(value) : value,
    meaning: Object.hasOwn(meanings, name) ? (meanings[name] ?? '') : '',
  }));
}
