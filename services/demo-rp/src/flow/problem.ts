// Says errors of the provider, of openid-client and of the wire in words, with what to do about each.
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

/** What we were doing when it went wrong. */
export type Doing =
  'start' | 'authorize' | 'code' | 'refresh' | 'replay' | 'userinfo' | 'introspect' | 'revoke' | 'logout';

/** An error for people. */
export interface Problem {
  /** The error as programs know it. */
  readonly code: string;
  readonly title: string;
  readonly todo: string;
  /** The provider's own words. */
  readonly said?: string | undefined;
  /** To be looked up in the provider's log. */
  readonly errorId?: string | undefined;
}

type Words = readonly [title: string, todo: string];

const byCode: Readonly<Record<string, Words>> = {
  access_denied: ['You said no', 'Nothing was given to this app. Log in again if you did not mean it.'],
  login_required: [
    'The provider would have to ask who you are',
    'prompt=none forbids that. Log in once and tick “keep me logged in”, then try again.',
  ],
  consent_required: [
    'The provider would have to ask for your agreement',
    'prompt=none forbids that. Log in once and tick “do not ask me again”, then try again.',
  ],
  interaction_required: [
    'The provider would have to show you something',
    'prompt=none forbids that. Log in the usual way.',
  ],
  invalid_client: [
    'The provider does not know this app by its id and secret',
    'Compare CLIENT_ID, CLIENT_SECRET and the registered token_endpoint_auth_method.',
  ],
  unauthorized_client: ['This client may not do that', 'Add the grant type to its registration.'],
  invalid_scope: ['This client may not ask for one of the scopes', 'Add the scope to its registration.'],
  invalid_request: ['The provider could not make sense of the request', 'Its own words below say which part.'],
  invalid_token: ['The access token is not good any more', 'Refresh it, or log in again.'],
  token_inactive: ['The access token is not good any more', 'Refresh it, or log in again.'],
  request_unauthorized: ['The access token is not good any more', 'Refresh it, or log in again.'],
  temporarily_unavailable: [
    'The provider is there but cannot work right now',
    'Nothing changed. Wait a moment, then try again.',
  ],
  server_error: ['The provider had a fault', 'Its log says more; look for the error id.'],
};

const grantWords: Partial<Readonly<Record<Doing, Words>>> = {
  code: ['The code was not accepted', 'It was used already, is too old, or is not ours. Log in again.'],
  refresh: ['The refresh token was not accepted', 'It was revoked, is too old, or was used twice. Log in again.'],
  replay: [
    'Taken for theft, and rightly so',
    'A refresh token that was replaced a while ago came back, so one of the two who hold it is not us. The provider ended the whole family of tokens: introspect them to see. Log in again.',
  ],
};

/** The words for an error code; what we were doing decides what invalid_grant means. */
export function wordsFor(code: string, doing: Doing): Words {
  if (code === 'invalid_grant') return grantWords[doing] ?? ['The grant was not accepted', 'Log in again.'];
  if (Object.hasOwn(byCode, code)) return byCode[code] ?? ['', ''];
  return ['The provider answered with an error', 'Its own words below say more.'];
}

/** An error by its code and the provider's words. */
export function problemFor(code: string, doing: Doing, said?: string, errorId?: string): Problem {
  const [title, todo] = wordsFor(code, doing);
  return { code, title, todo, said: said === '' ? undefined : said, errorId };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Whatever was thrown, for people; undefined for a fault of our own, which nobody should explain away.
 *
 * @param answer the members of the provider's last answer, which openid-client drops from 5xx
 */
export function explainError(
  error: unknown,
  doing: Doing,
  answer: Readonly<Record<string, unknown>> = {},
): Problem | undefined {
  if (error instanceof ResponseBodyError) {
    return problemFor(error.error, doing, error.error_description, text(error.cause['error_id']));
  }
  if (error instanceof AuthorizationResponseError) {
    return problemFor(error.error, doing, error.error_description, error.cause.get('error_id') ?? undefined);
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const parameters = error.cause[0]?.parameters;
    return problemFor(text(parameters?.error) ?? 'invalid_token', doing, text(parameters?.error_description));
  }
  if (unreachable(error)) {
    return {
      code: 'unreachable',
      title: 'The provider does not answer',
      todo: 'Is it running? Nothing changed here; try again in a moment.',
      said: text((error.cause as Error | undefined)?.message) ?? error.message,
    };
  }
  if (error instanceof ClientError && error.cause instanceof Response && error.cause.status >= 500) {
    const code = text(answer['error']) ?? (error.cause.status === 503 ? 'temporarily_unavailable' : 'server_error');
    return problemFor(code, doing, text(answer['error_description']), text(answer['error_id']));
  }
  if (error instanceof ClientError) {
    return {
      code: error.code ?? 'invalid_response',
      title: 'The provider’s answer failed a check',
      todo: 'This app refuses what it cannot verify. Log in again; if it happens again, the provider or this app is set up wrongly.',
      said: [error.message, text((error.cause as Error | undefined)?.message)].filter(Boolean).join(': '),
    };
  }
  return undefined;
}

function unreachable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof ClientError) return error.code === 'OAUTH_TIMEOUT';
  return (error instanceof TypeError && error.message === 'fetch failed') || error.name === 'TimeoutError';
}
