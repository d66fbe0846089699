// Hides secrets in what is shown: enough is left to tell two apart, never enough to use one.
import { createHash } from 'node:crypto';

/** Names whose values open something. */
const secretNames = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'token',
  'code',
  'code_verifier',
  'client_secret',
  'client_assertion',
]);

export function isSecretName(name: string): boolean {
  return secretNames.has(name);
}

/** The first letters and how many there are; short values are hidden whole. */
export function mask(secret: string): string {
  return secret.length < 24 ? '•'.repeat(8) : `${secret.slice(0, 10)}… (${String(secret.length)})`;
}

/** Masks the values of a form or query that open something. */
export function maskPairs(pairs: Iterable<readonly [string, string]>): [string, string][] {
  return [...pairs].map(([name, value]) => [name, isSecretName(name) ? mask(value) : value]);
}

/** The address with the values of its query masked that open something, still readable. */
export function maskAddress(address: string): string {
  const [before = '', query] = address.split('?', 2);
  if (query === undefined) return address;
  return `${before}?${maskPairs(new URLSearchParams(query))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')}`;
}

/** JSON text set out in lines, with the strings under secret names masked; other text as it is. */
export function maskJson(text: string): string {
  try {
    const replacer = (name: string, value: unknown): unknown =>
      typeof value === 'string' && isSecretName(name) ? mask(value) : value;
    return JSON.stringify(JSON.parse(text), replacer, 2);
  } catch {
    return text;
  }
}

/** Sixteen digits that tell tokens apart, in groups of four: the start of SHA-256. */
export function fingerprint(token: string): string {
  const digits = createHash('sha256').update(token).digest('hex').slice(0, 16);
  return digits.replace(/(.{4})(?!$)/g, '$1 ');
}
