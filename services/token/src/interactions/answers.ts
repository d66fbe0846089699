// Checks what login and consent apps say before any of it is kept: sizes, alphabets, JSON (security catalogue S06).
import type { Claims } from '@cardea/oauth';
import { OAuthError } from '@cardea/oauth';
import type { interactionV1 } from '@cardea/rpc';
import type { FlowRejection } from '../authorize/flow-body.js';

const longestJson = 65_536;
const longestSession = 180 * 86_400;
const printable = /^[\x20-\x7e]*$/;

function refuse(what: string): never {
  throw new OAuthError('invalid_request', `The ${what} is not acceptable.`);
}

/** A subject: 1 to 255 printable ASCII characters, because that is what a `sub` may be (OpenID Connect Core §2). */
export function checkSubject(subject: string): string {
  if (subject === '') throw new OAuthError('invalid_request', 'The subject is missing.');
  return shortText('subject', subject);
}

export function shortText(name: string, text: string): string {
  return text.length <= 255 && printable.test(text) ? text : refuse(name);
}

export function shortTexts(name: string, texts: readonly string[]): readonly string[] {
  if (texts.length > 32) refuse(name);
  for (const text of texts) shortText(name, text);
  return texts;
}

/** Seconds to remember a consent for; 0 means for ever. */
export function rememberSeconds(asked: number): number {
  return asked < 0 ? refuse('remember_for') : asked;
}

/** Seconds to remember a login for; at most half a year, 0 means as the server does. */
export function sessionSeconds(asked: number, byDefault: number): number {
  return asked === 0 ? byDefault : Math.min(rememberSeconds(asked), longestSession);
}

/** JSON of any kind, kept as text so that nothing in it is ever a key of ours; empty when absent. */
export function jsonText(name: string, bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  if (bytes.length > longestJson) refuse(name);
  const text = Buffer.from(bytes).toString();
  try {
    JSON.parse(text);
  } catch {
    refuse(name);
  }
  return text;
}

/** A JSON object of claims; empty when absent. */
export function claims(name: string, bytes: Uint8Array): Claims {
  const text = jsonText(name, bytes);
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : refuse(name);
}

/**
 * The error for the client, in the words of the app.
 *
 * @param fallback `error` when the app gave none
 */
export function rejectionOf(rejection: interactionV1.Rejection | undefined, fallback: string): FlowRejection {
  const { error = '', errorDescription = '', errorHint = '', statusCode = 0 } = rejection ?? {};
  if (statusCode < 0 || statusCode > 599) refuse('status_code');
  const description = [errorDescription, errorHint].filter((text) => text !== '').join(' ');
  if (error.length > 255 || description.length > 2048) refuse('error');
  return {
    error: error === '' ? fallback : error,
    description: description === '' ? 'The request was rejected.' : description,
  };
}
