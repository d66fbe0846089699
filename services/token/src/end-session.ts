// RP-Initiated Logout 1.0: asks the person first, then ends the login session and has everybody told. Tokens live on.
import { logoutClientId, logoutTarget, OAuthError, uniqueParameters } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { AuthorizationContext } from './authorize/context.js';
import { clearedSession, sessionOfBrowser } from './authorize/context.js';
import type { IncomingRequest } from './authorize/authorize.js';
import type { CookieToSet } from './authorize/cookies.js';
import type { IdTokenHint } from './authorize/hint.js';
import { withParameter } from './authorize/pages.js';
import { namesSubject } from './authorize/subject.js';
import type { LogoutChallenges } from './logout-challenge.js';
import type { EndSessions } from './logout/end-sessions.js';
import type { SessionRow } from './storage/sessions.js';

export interface LogoutContext extends AuthorizationContext {
  readonly logoutChallenges: LogoutChallenges;
  readonly logoutVerifiers: LogoutChallenges;
  readonly endSessions: EndSessions;
}

/** Where the browser goes on. */
export interface EndSessionOutcome {
  readonly location: string;
  readonly cookies: readonly CookieToSet[];
  /** Addresses to load in frames before (Front-Channel Logout 1.0 §3). */
  readonly frames: readonly string[];
}

/**
 * Answers the logout endpoint on both of its legs.
 *
 * @throws {OAuthError} invalid_request, to be shown on a page: nothing unverified is ever redirected to
 */
export async function endSession(context: LogoutContext, incoming: IncomingRequest): Promise<EndSessionOutcome> {
  const parameters = uniqueParameters(incoming.parameters);
  const verifier = parameters.get('logout_verifier');
  if (verifier !== undefined) return complete(context, incoming, verifier);

  const { settings, clock } = context;
  const hintText = parameters.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await context.hints.verify(hintText);
  const client = await clientOf(context, logoutClientId(parameters.get('client_id'), hint));
  const target = logoutTarget(
    client,
    parameters.get('post_logout_redirect_uri'),
    parameters.get('state'),
    settings.pages.afterLogout,
  );
  const session = await sessionToEnd(context, incoming, hint, client);
  if (session === undefined) return { location: target, cookies: [], frames: [] };

  const now = Math.floor(clock.now() / 1000);
  const challenge = context.logoutChallenges.seal({
    expiresAt: now + settings.interactionSeconds,
    requestedAt: now,
    sessionId: session.id,
    subject: session.subject,
    // Only a hint proves that a client asks; anybody can write a client_id into a link.
    clientId: hint === undefined ? '' : (client?.clientId ?? ''),
    target,
    query: new URLSearchParams([...parameters]).toString(),
  });
  const location = withParameter(settings.pages.logout, 'logout_challenge', challenge);
  return { location, cookies: [], frames: [] };
}

async function clientOf(context: LogoutContext, clientId: string | undefined): Promise<clientV1.Client | undefined> {
  if (clientId === undefined) return undefined;
  const resolved = await context.clients.find(clientId);
  if (resolved === undefined) throw new OAuthError('invalid_request', 'The client of this logout is unknown.');
  return resolved.client;
}

/** The session a hint names, or the one of this browser when no hint says otherwise; never another person's. */
async function sessionToEnd(
  context: LogoutContext,
  incoming: IncomingRequest,
  hint: IdTokenHint | undefined,
  client: clientV1.Client | undefined,
): Promise<SessionRow | undefined> {
  const now = context.clock.now();
  if (hint?.sessionId !== undefined && uuid.test(hint.sessionId)) {
    const hinted = await context.sessions.find(hint.sessionId, now);
    if (hinted !== undefined) return hinted;
  }
  // A later login gave this browser a newer session; the same person's logout means that one too.
  const id = sessionOfBrowser(context, incoming.cookies);
  const present = id === undefined ? undefined : await context.sessions.find(id, now);
  if (present === undefined || hint === undefined || client === undefined) return present;
  return (await namesSubject(context, hint.subject, present.subject, client)) ? present : undefined;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The second leg. Reusing a verifier is harmless: the session is gone, so nobody is told twice and only the redirect is left. */
async function complete(
  context: LogoutContext,
  incoming: IncomingRequest,
  verifier: string,
): Promise<EndSessionOutcome> {
  const logout = context.logoutVerifiers.open(verifier, context.clock.now() / 1000);
  const present = sessionOfBrowser(context, incoming.cookies);
  const own = present === logout.sessionId;
  const location = logout.target;
  // Without a client's proof, only the browser that is logged in may log itself out.
  if (!own && logout.clientId === '') return { location, cookies: [], frames: [] };
  const frames = (await context.endSessions.one(logout.sessionId, logout.revokeTokens)) ?? [];
  return { location, cookies: own ? [clearedSession(context.settings)] : [], frames };
}
