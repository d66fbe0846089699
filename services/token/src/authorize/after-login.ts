// The second leg: the browser comes back from the login app. Uses the login once, stores the session, and sends the browser
// to the consent app (OpenID Connect Core §3.1.2.3-4).
import type { AuthorizationRequest, ConsentDecision } from '@cardea/oauth';
import {
  decideConsent,
  essentialAcr,
  isPublicClient,
  loginIsTooOld,
  OAuthError,
  scopeAllowed,
  wantedSubject,
} from '@cardea/oauth';
import type { SessionChange } from '../storage/flows.js';
import type { SessionRow } from '../storage/sessions.js';
import { browserStateCookies } from './browser-state.js';
import type { AddressedRequest, AuthorizationContext, AuthorizeOutcome } from './context.js';
import { clearedSession, sessionOfBrowser } from './context.js';
import type { CookieToSet } from './cookies.js';
import { browserHash, flowCookie, flowCookieName } from './cookies.js';
import type { FlowLogin } from './flow-body.js';
import { hintSubject } from './hint.js';
import { withParameter } from './pages.js';
import type { ResumedFlow } from './resume.js';
import { resumeFlow, spentVerifier, startAgain } from './resume.js';
import { namesSubject, subjectFor } from './subject.js';
import { randomUuid, uuidBytes } from './uuid.js';

/** @throws {OAuthError} for the client, unless its status says that the server is at fault */
export async function continueAfterLogin(
  context: AuthorizationContext,
  request: AddressedRequest,
  verifier: string,
): Promise<AuthorizeOutcome> {
  const { settings, random } = context;
  const flow = await resumeFlow(
    context,
    request,
    { ...loginLeg, cookieName: settings.cookieNames.loginCsrf },
    verifier,
  );
  if ('next' in flow) return flow;
  const { body, ref, proof } = flow;
  const login = body.login;
  if (login === undefined) throw new Error('an accepted login has no body');

  const session =
    body.start.remembered === undefined ? undefined : await context.sessions.find(body.start.sessionId, proof.now);
  if (body.start.remembered !== undefined && session?.subject !== body.start.remembered) {
    if (!(await context.flows.refuse('fail_login', ref, proof))) throw spentVerifier();
    return startAgain(context, request, flow);
  }
  const decision = await decide(context, request, flow, login, session).catch(async (error: unknown) => {
    await failFlow(context, flow, error);
    throw error;
  });

  const cookie = flowCookie(
    request.cookies,
    flowCookieName(settings.cookieNames.consentCsrf, request.client.clientId),
    settings.interactionSeconds,
    () => random(24),
  );
  const change = sessionChange(context, flow, login);
  const skip = decision.kind === 'skip';
  // What the login app's answer was stored with is what there is to say of a new login whose consent is asked for.
  const unchanged = session === undefined && body.consent?.skip === skip;
  const next = {
    browser: browserHash(cookie.value),
    body: unchanged
      ? undefined
      : context.bodies.seal({
          ...body,
          // A login remembered from before keeps what it was, where the login app has nothing newer to say.
          login: session === undefined ? login : { ...login, ...knownOf(session, login) },
          consent: { grantId: body.consent?.grantId ?? randomUuid(random), skip },
        }),
  };
  const former = session === undefined ? sessionOfBrowser(context, request.cookies) : undefined;
  if (!(await context.flows.useLogin(ref, proof, next, change, former))) throw spentVerifier();

  const challenge = context.handles.mint('consent_challenge', ref.expiresAt, ref.id).handle;
  return {
    next: { kind: 'interaction', location: withParameter(settings.pages.consent, 'consent_challenge', challenge) },
    cookies: [...sessionCookies(context, flow, login, former), cookie],
  };
}

const loginLeg = { kind: 'login_verifier', use: 'use_login', useRejection: 'use_login_rejection' } as const;

/** Whether this login satisfies the request, and what consent it leaves to ask for. */
async function decide(
  context: AuthorizationContext,
  request: AddressedRequest,
  flow: ResumedFlow,
  login: FlowLogin,
  session: SessionRow | undefined,
): Promise<ConsentDecision> {
  const { settings } = context;
  const { asked, body } = flow;
  const { client } = request;
  const maxAge = asked.maxAge ?? client.defaultMaxAgeSeconds;
  // Measured when the request came: a person who takes a minute to come back has not logged in any earlier.
  if (session !== undefined && loginIsTooOld(session.authenticatedAt, maxAge, body.start.requestedAt)) {
    throw new OAuthError('login_required');
  }
  if (session === undefined && asked.prompt.includes('none')) throw new OAuthError('login_required');
  const hinted = asked.idTokenHint === undefined ? undefined : hintSubject(asked.idTokenHint);
  const named = login.forcedSubject !== '' && hinted === login.forcedSubject;
  if (hinted !== undefined && !named && !(await namesSubject(context, hinted, login.subject, client))) {
    throw new OAuthError('login_required', 'Another end user logged in than the id_token_hint names.');
  }
  // Computed here to be refused before consent, when the client's hosts name no sector.
  const shown = subjectFor(settings, login.subject, client, login.forcedSubject);
  checkClaims(asked, shown, login.acr === '' ? (session?.acr ?? '') : login.acr);

  const scopes = await context.grants.rememberedScopes(login.subject, client.clientId, flow.proof.now);
  const decision = decideConsent({
    prompt: asked.prompt,
    publicClient: isPublicClient(client),
    redirectUri: flow.target.redirectUri,
    covered: scopes && asked.scopes.every((scope) => scopeAllowed(scopes, scope, settings.policy.scopeStrategy)),
  });
  if (decision.kind === 'deny') throw new OAuthError(decision.error);
  return decision;
}

/**
 * Whether the login is one the client can do with: it never hears of another subject than it insists on, nor of a class
 * below what it cannot do without (OpenID Connect Core §5.5.1, §5.5.1.1).
 */
function checkClaims({ claims }: AuthorizationRequest, subject: string, acr: string): void {
  const wanted = wantedSubject(claims);
  if (wanted !== undefined && wanted !== subject) {
    throw new OAuthError('login_required', 'Another end user logged in than the claims parameter names.');
  }
  if (essentialAcr(claims)?.includes(acr) === false) throw new OAuthError('unmet_authentication_requirements');
}

/** An error for the client ends the flow; one of ours leaves it, so that the browser can try again. */
async function failFlow(context: AuthorizationContext, flow: ResumedFlow, error: unknown): Promise<void> {
  if (!(error instanceof OAuthError) || error.status >= 500) return;
  if (!(await context.flows.refuse('fail_login', flow.ref, flow.proof))) throw spentVerifier();
}

const knownOf = (session: SessionRow, login: FlowLogin) => ({
  authenticatedAt: session.authenticatedAt,
  acr: login.acr === '' ? session.acr : login.acr,
  amr: login.amr.length === 0 ? session.amr : login.amr,
});

function sessionChange(context: AuthorizationContext, flow: ResumedFlow, login: FlowLogin): SessionChange | undefined {
  const { start } = flow.body;
  const now = Math.floor(flow.proof.now / 1000);
  if (start.remembered !== undefined) {
    if (login.rememberSeconds === 0) return undefined;
    return { kind: 'extend', id: start.sessionId, expiresAt: now + login.rememberSeconds };
  }
  const remember = login.rememberSeconds > 0;
  return {
    kind: 'begin',
    row: {
      id: start.sessionId,
      subject: login.subject,
      authenticatedAt: login.authenticatedAt,
      remember,
      expiresAt: now + (remember ? login.rememberSeconds : context.settings.sessionSeconds),
      acr: login.acr,
      amr: login.amr,
      identityProviderSessionId: login.identityProviderSessionId,
    },
  };
}

function sessionCookies(
  context: AuthorizationContext,
  flow: ResumedFlow,
  login: FlowLogin,
  former: string | undefined,
): CookieToSet[] {
  const { settings, handles } = context;
  const state = browserStateCookies(settings, flow.body.start.sessionId);
  if (login.rememberSeconds > 0) {
    const expiresAt = Math.floor(flow.proof.now / 1000) + login.rememberSeconds;
    const { handle } = handles.mint('session', expiresAt, uuidBytes(flow.body.start.sessionId));
    return [
      { name: settings.cookieNames.session, value: handle, maxAgeSeconds: login.rememberSeconds, kind: 'session' },
      ...state,
    ];
  }
  return former === undefined ? state : [clearedSession(settings), ...state];
}
