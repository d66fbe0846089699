// Decides what a person must be asked: login, consent, or nothing (OpenID Connect Core §3.1.2.1, §3.1.2.3, §3.1.2.4).
import { OAuthError } from '../errors.js';
import { redirectUriIsInsecure } from '../redirect-uri.js';

export type Prompt = 'none' | 'login' | 'consent' | 'select_account' | 'create';

const prompts: Readonly<Record<string, Prompt>> = {
  none: 'none',
  login: 'login',
  consent: 'consent',
  select_account: 'select_account',
  create: 'create',
  // Hydra's own word for the same wish.
  registration: 'create',
};

/** @throws {OAuthError} invalid_request for an unknown value, and for `none` or `create` beside another one */
export function parsePrompt(text: string | undefined): Prompt[] {
  const found = new Set<Prompt>();
  for (const word of (text ?? '').split(' ')) {
    if (word === '') continue;
    const prompt = Object.hasOwn(prompts, word) ? prompts[word] : undefined;
    if (prompt === undefined) throw new OAuthError('invalid_request', 'The prompt has an unknown value.');
    found.add(prompt);
  }
  for (const alone of ['none', 'create'] as const) {
    if (found.has(alone) && found.size > 1)
      throw new OAuthError('invalid_request', `The prompt ${alone} must stand alone.`);
  }
  return [...found];
}

/**
 * `max_age` in seconds. Never lenient: a value misread would skip a login that was asked for.
 *
 * @throws {OAuthError} invalid_request unless it is a plain decimal number that fits 32 bits
 */
export function parseMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) > 0x7fff_ffff) {
    throw new OAuthError('invalid_request', 'The max_age is not a whole number of seconds.');
  }
  return Number(text);
}

/** A remembered login, as far as the decision needs it. */
export interface RememberedLogin {
  readonly subject: string;
  /** Seconds since the epoch. */
  readonly authenticatedAt: number;
  /** Class of the login; empty when none was said. */
  readonly acr: string;
}

export interface LoginQuestion {
  readonly prompt: readonly Prompt[];
  readonly maxAge: number | undefined;
  /** Whether the id_token_hint names the session's subject; undefined without a hint or session. */
  readonly hintMatches: boolean | undefined;
  /** Whether the session's subject is the one the `claims` parameter insists on; undefined when it names none. */
  readonly subjectMatches?: boolean | undefined;
  /** Classes of which a login must have one; undefined when any will do. */
  readonly essentialAcr?: readonly string[] | undefined;
  readonly session: RememberedLogin | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** Whether the remembered login can serve. `deny` carries the error for the client. */
export type LoginDecision =
  { readonly kind: 'login' } | { readonly kind: 'skip' } | { readonly kind: 'deny'; readonly error: 'login_required' };

/** Decides the login step; pure, so that every row of the table is a test. */
export function decideLogin(question: LoginQuestion): LoginDecision {
  const { prompt, session, maxAge } = question;
  const ask: LoginDecision = prompt.includes('none') ? { kind: 'deny', error: 'login_required' } : { kind: 'login' };
  if (prompt.includes('login') || prompt.includes('select_account') || prompt.includes('create')) return ask;
  if (session === undefined) return ask;
  if (loginIsTooOld(session.authenticatedAt, maxAge, question.now)) return ask;
  if (question.essentialAcr?.includes(session.acr) === false || question.subjectMatches === false) return ask;
  if (question.hintMatches === false) return { kind: 'deny', error: 'login_required' };
  return { kind: 'skip' };
}

/** Whether a login at `authenticatedAt` no longer satisfies `max_age` at `now`; all in seconds. */
export function loginIsTooOld(authenticatedAt: number, maxAge: number | undefined, now: number): boolean {
  // max_age=0 asks for a login in any case (OpenID Connect Core §3.1.2.1: equal to prompt=login).
  return maxAge !== undefined && (maxAge === 0 || authenticatedAt + maxAge < now);
}

export interface ConsentQuestion {
  readonly prompt: readonly Prompt[];
  readonly publicClient: boolean;
  readonly redirectUri: string;
  /** Whether the latest remembered consent covers every requested scope; undefined when there is none. */
  readonly covered: boolean | undefined;
}

export type ConsentDecision =
  | { readonly kind: 'consent' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'deny'; readonly error: 'consent_required' };

/** Decides the consent step. */
export function decideConsent(question: ConsentQuestion): ConsentDecision {
  const { prompt, publicClient, redirectUri, covered } = question;
  // Anybody may claim a redirect URI that is neither https nor this machine, so consent is what identifies such a client
  // (RFC 6749 §10.2).
  const impersonable = publicClient && (!/^https?:/.test(redirectUri) || redirectUriIsInsecure(redirectUri));
  if (covered === true && !impersonable && !prompt.includes('consent')) return { kind: 'skip' };
  return prompt.includes('none') ? { kind: 'deny', error: 'consent_required' } : { kind: 'consent' };
}
