// Explains each parameter of an authorization request and of its answer (RFC 6749 §4.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
import { isSecretName, mask } from './mask.js';
import type { Explained } from './step.js';

const meanings: Readonly<Record<string, string>> = {
  response_type: 'We want a code, to be traded for tokens where the browser cannot see them.',
  client_id: 'Who we are.',
  redirect_uri: 'Where the browser shall come back to; must be registered, letter by letter.',
  scope: 'What we ask for. openid makes it a login; offline_access asks for a refresh token.',
  state: 'Random, kept in this session: an answer without it was not asked for here.',
  nonce: 'Random, to come back inside the ID token: an ID token made for another request will not fit.',
  code_challenge: 'SHA-256 of a secret that only we know: whoever steals the code cannot use it (PKCE).',
  code_challenge_method: 'How the challenge was made from the secret.',
  prompt: 'none: show no page at all. login: ask for the password again. consent: ask for agreement again.',
  max_age: 'The login may be at most this many seconds old.',
  login_hint: 'Who we think it is.',
  code: 'Good once, for seconds, and only together with our secrets.',
  iss: 'Which provider answers, so that answers cannot be mixed up (RFC 9207).',
  error: 'What went wrong, as a word for programs.',
  error_description: 'What went wrong, for people.',
  id_token_hint: 'Whose session shall end: our last ID token.',
  post_logout_redirect_uri: 'Where the browser shall come back to; must be registered as well.',
};

/** Each parameter with its value, masked when it opens something, and its reason. */
export function explainParameters(parameters: Iterable<readonly [string, string]>): Explained[] {
  return [...parameters].map(([name, value]) => ({
    name,
    value: isSecretName(name) ? mask(value) : value,
    meaning: Object.hasOwn(meanings, name) ? (meanings[name] ?? '') : '',
  }));
}
