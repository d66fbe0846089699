// The keys a client registers: by value or by address, public halves only, complete (RFC 7591 §2, RFC 7517, RFC 7518 §6).
import { isAssertionMethod } from './authentication.js';
import type { ClientMetadata } from './metadata.js';
import { parseJson, refuse } from './metadata-refusal.js';

const mostKeys = 100;

/** Members that a key of a kind must have, and that no key may have because they are secret. */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** @throws {OAuthError} invalid_client_metadata */
export function checkClientKeys(client: ClientMetadata): void {
  const byValue = client.jwksJson.length > 0;
  const keys = byValue || client.jwksUri !== '';
  if (byValue && client.jwksUri !== '') refuse('jwks', 'and jwks_uri exclude each other');
  const method = client.tokenEndpointAuthMethod;
  if (isAssertionMethod(method) && method !== 'client_secret_jwt' && !keys) {
    refuse('jwks', `or jwks_uri is needed for ${method}`);
  }
  if ((client.idTokenEncryptedResponseAlg !== '' || client.userinfoEncryptedResponseAlg !== '') && !keys) {
    refuse('jwks', 'or jwks_uri is needed for encrypted answers');
  }
  if (byValue) checkKeySet(parseJson('jwks', client.jwksJson));
}

function checkKeySet(document: unknown): void {
  const keys = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length > mostKeys) return refuse('jwks', 'must be a JSON Web Key Set');
  for (const key of keys as unknown[]) {
    if (typeof key !== 'object' || key === null) return refuse('jwks', 'has an entry that is not a JSON Web Key');
    const members = key as Readonly<Record<string, unknown>>;
    const kind = members['kty'];
    if (typeof kind !== 'string') return refuse('jwks', 'has an entry that is not a JSON Web Key');
    if (secretMembers.some((name) => name in members)) {
      return refuse('jwks', 'has a key in it that should have stayed secret');
    }
    // Kinds we do not know are left alone, as RFC 7517 §5 asks; nothing is verified with them.
    const needed = Object.hasOwn(publicMembers, kind) ? (publicMembers[kind] ?? []) : [];
    if (needed.some((name) => typeof members[name] !== 'string' || members[name] === '')) {
      return refuse('jwks', `has a key of kind ${kind} without ${needed.join(', ')}`);
    }
  }
}
