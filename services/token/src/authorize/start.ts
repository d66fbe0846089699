// The first leg: judge the request, then seal it and send the browser to the login app (OpenID Connect Core §3.1.2.1-3).
// Writes nothing: whoever is not logged in costs no storage.
import type { AuthorizationRequest } from '@cardea/oauth';
import {
  checkAuthorizationRequest,
  decideLogin,
  essentialAcr,
  OAuthError,
  readAuthorizationRequest,
  wantedSubject,
} from '@cardea/oauth';
import type { AddressedRequest, AuthorizationContext, AuthorizeOutcome } from './context.js';
import { clearedSession, sessionOfBrowser } from './context.js';
import { browserHash, flowCookie, flowCookieName } from './cookies.js';
import type { FlowStart } from './flow-body.js';
import type { IdTokenHint } from './hint.js';
import { withParameter } from './pages.js';
import { namesSubject } from './subject.js';
import { randomUuid } from './uuid.js';

/** Longest request that is carried through a flow: beyond it, servers on the way refuse the URLs. */
const longestQuery = 6_144;

/** @throws {OAuthError} for the client, unless its status says that the server is at fault */
export async function startFlow(context: AuthorizationContext, request: AddressedRequest): Promise<AuthorizeOutcome> {
  const { settings } = context;
  const { client, parameters, target } = request;
  const asked = readAuthorizationRequest(parameters);
  checkAuthorizationRequest(asked, target.redirectUri, client, settings.policy);
  const query = new URLSearchParams([...parameters].filter(([name]) => !verifiers.has(name))).toString();
  if (query.length > longestQuery) throw new OAuthError('invalid_request', 'The request is too long.');
  const hint = asked.idTokenHint === undefined ? undefined : await context.hints.verify(asked.idTokenHint);
  return askForLogin(context, request, { asked, hint, query, redirectUri: target.redirectUri });
}

/**
 * Sends the browser to the login app with the whole flow sealed into the challenge.
 *
 * @throws {OAuthError} when a login would be needed and the request forbids asking
 */
export async function askForLogin(
  context: AuthorizationContext,
  request: Pick<AddressedRequest, 'client' | 'cookies'>,
  flow: Pick<FlowStart, 'query' | 'redirectUri' | 'device'> & {
    readonly asked: AuthorizationRequest;
    readonly hint: IdTokenHint | undefined;
  },
): Promise<AuthorizeOutcome> {
  const { settings, clock, random } = context;
  const { client } = request;
  const { asked, hint, query, redirectUri, device } = flow;
  const now = Math.floor(clock.now() / 1000);
  const cookieSession = sessionOfBrowser(context, request.cookies);
  const session = cookieSession === undefined ? undefined : await context.sessions.find(cookieSession, clock.now());
  const wanted = wantedSubject(asked.claims);
  const decision = decideLogin({
    prompt: asked.prompt,
    maxAge: asked.maxAge ?? client.defaultMaxAgeSeconds,
    hintMatches: hint && session && (await namesSubject(context, hint.subject, session.subject, client)),
    subjectMatches:
      wanted === undefined ? undefined : session && (await namesSubject(context, wanted, session.subject, client)),
    essentialAcr: essentialAcr(asked.claims),
    session,
    now,
  });
  if (decision.kind === 'deny') throw new OAuthError(decision.error);

  const skipped = decision.kind === 'skip' ? session : undefined;
  const cookie = flowCookie(
    request.cookies,
    flowCookieName(settings.cookieNames.loginCsrf, client.clientId),
    settings.interactionSeconds,
    () => random(24),
  );
  const challenge = context.challenges.seal({
    id: random(16),
    expiresAt: now + settings.interactionSeconds,
    requestedAt: now,
    clientId: client.clientId,
    query,
    redirectUri,
    device,
    browser: browserHash(cookie.value),
    // A login that must happen anew gets a new session, so that nobody can plant one beforehand (session fixation).
    sessionId: skipped?.id ?? randomUuid(random),
    remembered: skipped?.subject,
  });
  const page = asked.prompt.includes('create') ? settings.pages.registration : settings.pages.login;
  const url = asked.identitySchema === '' ? page : withParameter(page, 'identity_schema', asked.identitySchema);
  return {
    next: { kind: 'interaction', location: withParameter(url, 'login_challenge', challenge) },
    cookies: cookieSession !== undefined && session === undefined ? [cookie, clearedSession(settings)] : [cookie],
  };
}

/** Parameters that belong to a leg, not to the request. */
const verifiers: ReadonlySet<string> = new Set(['login_verifier', 'consent_verifier']);
