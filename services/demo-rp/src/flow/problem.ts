// Says errors of the provider, of openid-client and of the wire in words, with what to do about each.
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import type { Texts } from '../texts.js';

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

/** The words for an error code; what we were doing decides what invalid_grant means. */
export function wordsFor({ problem }: Texts, code: string, doing: Doing): readonly [title: string, todo: string] {
  if (code === 'invalid_grant') return problem.grant[doing] ?? problem.otherGrant;
  return (Object.hasOwn(problem.byCode, code) ? problem.byCode[code] : undefined) ?? problem.other;
}

/** An error by its code and the provider's words. */
export function problemFor(texts: Texts, code: string, doing: Doing, said?: string, errorId?: string): Problem {
  const [title, todo] = wordsFor(texts, code, doing);
  return { code, title, todo, said: said === '' ? undefined : said, errorId };
}

/** `error_uri` names a page about the error, whose address has the id. */
function errorIdIn(page: string | null): string | undefined {
  if (page === null || !URL.canParse(page)) return undefined;
  return new URL(page).searchParams.get('error_id') ?? undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Whatever was thrown, for people; undefined for a fault of our own, which nobody should explain away.
 *
 * @param answer the members of the provider's last answer, which openid-client drops from 5xx
 */
export function explainError(
  texts: Texts,
  error: unknown,
  doing: Doing,
  answer: Readonly<Record<string, unknown>> = {},
): Problem | undefined {
  if (error instanceof ResponseBodyError) {
    return problemFor(texts, error.error, doing, error.error_description, text(error.cause['error_id']));
  }
  if (error instanceof AuthorizationResponseError) {
    return problemFor(texts, error.error, doing, error.error_description, errorIdIn(error.cause.get('error_uri')));
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const parameters = error.cause[0]?.parameters;
    return problemFor(texts, text(parameters?.error) ?? 'invalid_token', doing, text(parameters?.error_description));
  }
  if (unreachable(error)) {
    const [title, todo] = texts.problem.unreachable;
    return {
      code: 'unreachable',
      title,
      todo,
      said: text((error.cause as Error | undefined)?.message) ?? error.message,
    };
  }
  if (error instanceof ClientError && error.cause instanceof Response && error.cause.status >= 500) {
    const code = text(answer['error']) ?? (error.cause.status === 503 ? 'temporarily_unavailable' : 'server_error');
    return problemFor(texts, code, doing, text(answer['error_description']), text(answer['error_id']));
  }
  if (error instanceof ClientError) {
    const [title, todo] = texts.problem.unverified;
    return {
      code: error.code ?? 'invalid_response',
      title,
      todo,
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
