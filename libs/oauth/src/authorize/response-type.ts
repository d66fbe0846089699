// Response types: sets of words in any order, how their answers travel, and which grant types they need (OAuth 2.0 Multiple
// Response Types §2-5, OpenID Connect Core §3.2.2.1 and §3.3.2.1).
import type { AuthorizationResponseMode } from './response.js';

/** What an answer may carry. */
export type ResponseWord = 'code' | 'id_token' | 'token';

/** In the order in which they are written. */
const words: readonly ResponseWord[] = ['code', 'id_token', 'token'];

/** Every response type there is, spelled as in the specifications. */
export const responseTypes: readonly string[] = [
  'code',
  'id_token',
  'id_token token',
  'token',
  'code id_token',
  'code token',
  'code id_token token',
];

/** @returns the words in our own order, or undefined when one is unknown or repeated, or there is none */
export function parseResponseType(text: string | undefined): readonly ResponseWord[] | undefined {
  const asked = (text ?? '').split(' ').filter((word) => word !== '');
  if (asked.length === 0 || new Set(asked).size !== asked.length) return undefined;
  const known = words.filter((word) => asked.includes(word));
  return known.length === asked.length ? known : undefined;
}

/** Whether one of the registered types has these words, in whichever order. */
export function responseTypeRegistered(registered: readonly string[], asked: readonly ResponseWord[]): boolean {
  return registered.some((text) => parseResponseType(text)?.join() === asked.join());
}

/**
 * How an answer travels when the request does not say. Tokens never stand in a query, and the errors of a request for
 * them do not either, however early they are found (OAuth 2.0 Multiple Response Types §5).
 */
export function defaultResponseMode(responseType: string | undefined): AuthorizationResponseMode {
  return carriesTokens((responseType ?? '').split(' ')) ? 'fragment' : 'query';
}

/** Whether an answer hands out a token itself. */
export function carriesTokens(asked: readonly string[]): boolean {
  return asked.includes('token') || asked.includes('id_token');
}

/**
 * The grant types a response type needs. A code with an ID token beside it is an authorization code all the same, so that it
 * needs no more than that one, as in Hydra.
 */
export function grantTypesNeeded(asked: readonly ResponseWord[]): readonly string[] {
  const code = asked.includes('code');
  return [...(code ? ['authorization_code'] : []), ...(asked.includes('token') || !code ? ['implicit'] : [])];
}
