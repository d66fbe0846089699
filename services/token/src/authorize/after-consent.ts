// The third leg: the browser comes back from the consent app. One statement uses the consent, stores the grant and stores
// the code, so there is exactly one code however often the URL is opened (RFC 6749 §4.1.2).
import type { Authorization, CodeContent } from '@cardea/oauth';
import { OAuthError, successResponse } from '@cardea/oauth';
import { approveDevice } from '../device/decide-device.js';
import type { FrontTokens } from '../issue-front.js';
import type { NewEvent } from '../storage/event-outbox.js';
import { newEvent } from '../storage/event-outbox.js';
import type { CodeRow } from '../storage/flows.js';
import type { GrantRow } from '../storage/grants.js';
import { browserStateCookies, sessionStateOf } from './browser-state.js';
import type { AddressedRequest, AuthorizationContext, AuthorizeOutcome } from './context.js';
import type { FlowConsent, FlowGrant, FlowLogin } from './flow-body.js';
import { sealGrantBody } from './grant-body.js';
import type { ResumedFlow } from './resume.js';
import { resumeFlow, spentVerifier, startAgain } from './resume.js';
import { subjectFor } from './subject.js';

/** @throws {OAuthError} for the client, unless its status says that the server is at fault */
export async function continueAfterConsent(
  context: AuthorizationContext,
  request: AddressedRequest,
  verifier: string,
): Promise<AuthorizeOutcome> {
  const { settings, seals } = context;
  const leg = { ...consentLeg, cookieName: settings.cookieNames.consentCsrf };
  const flow = await resumeFlow(context, request, leg, verifier);
  if ('next' in flow) return flow;
  const { login, consent } = flow.body;
  const granted = consent?.granted;
  if (login === undefined || consent === undefined || granted === undefined)
    throw new Error('an accepted consent has no body');

  if (login.forcedSubject !== '' && request.client.subjectType === 'pairwise') {
    await context.forcedSubjects.remember(request.client.clientId, login.subject, login.forcedSubject);
  }
  const authorization = authorizationOf(context, request, flow, login, consent, granted);
  const grant: GrantRow = {
    id: consent.grantId,
    subject: login.subject,
    sessionId: flow.body.start.sessionId,
    scopes: granted.scopes,
    audience: granted.audience,
    remember: granted.remember,
    rememberUntil: granted.rememberSeconds === 0 ? Infinity : granted.handledAt + granted.rememberSeconds,
    skipped: consent.skip,
    told: consent.skip
      ? undefined
      : tellOfGrant(context, request.client.clientId, login.subject, granted, consent.grantId),
    body: sealGrantBody(seals.grant, flow.body.start, login, granted, authorization),
  };
  const { device } = flow.body.start;
  if (device !== undefined) {
    const { location, approve } = approveDevice(context, flow, device, grant, authorization);
    if (!(await completes(context, flow, approve))) return startAgain(context, request, flow);
    return { next: { kind: 'interaction', location }, cookies: [] };
  }

  const openid = granted.scopes.includes('openid');
  const code = flow.asked.responseType.includes('code') ? mintCode(context, flow, authorization) : undefined;
  const front = await frontTokens(context, request, flow, authorization, code?.handle);
  const complete = () => context.flows.complete(flow.ref, flow.proof, grant, code?.row, front?.row);
  if (!(await completes(context, flow, complete))) return startAgain(context, request, flow);
  if (front?.row !== undefined) {
    context.events.record('token_issued', { client_id: authorization.clientId, grant_type: 'implicit' });
  }
  const { scopes } = granted;
  const { sessionId } = flow.body.start;
  const state = openid ? sessionStateOf(context, { ...request, target: flow.target }, sessionId) : undefined;
  return {
    next: {
      kind: 'client',
      response: successResponse(flow.target, { ...front, code: code?.handle, sessionState: state, scopes }),
    },
    cookies: state === undefined ? [] : browserStateCookies(settings, sessionId),
  };
}

function tellOfGrant(
  { stream }: AuthorizationContext,
  client_id: string,
  subject: string,
  { scopes }: FlowGrant,
  grant_id: string,
): NewEvent | undefined {
  const type = 'cardea.consent.granted.v1';
  if (!stream.wants(type)) return undefined;
  const person = stream.personOf(subject);
  return newEvent(type, { client_id, grant_id, scope: scopes.join(' '), ...(person !== undefined && { person }) });
}

/**
 * Ends the flow. False when the login session has ended meanwhile: nobody gets a code, whose session would never be logged out, or tokens that
 * the logout has already ended.
 *
 * @throws {OAuthError} access_denied when somebody was faster
 */
async function completes(
  context: AuthorizationContext,
  { ref, body }: ResumedFlow,
  complete: () => Promise<boolean>,
): Promise<boolean> {
  context.bodies.forget(ref.id);
  if (await complete()) return true;
  if (await context.sessionEnds.hasEnded(body.start.sessionId)) return false;
  // A session that was replaced at that moment, by a login in another tab, is no hindrance.
  if (await complete()) return true;
  throw spentVerifier();
}

const consentLeg = { kind: 'consent_verifier', use: 'use_consent', useRejection: 'use_consent_rejection' } as const;

/**
 * What the answer hands out beside a code; undefined when that is nothing.
 *
 * @throws {OAuthError} access_denied when the answer were an ID token and openid was not granted
 */
async function frontTokens(
  context: AuthorizationContext,
  { client, deadline }: AddressedRequest,
  { asked: { responseType }, proof }: ResumedFlow,
  authorization: Authorization,
  code: string | undefined,
): Promise<FrontTokens | undefined> {
  if (responseType.length === 1 && code !== undefined) return undefined;
  const idToken = responseType.includes('id_token') && authorization.scopes.includes('openid');
  if (responseType.includes('id_token') && !idToken && code === undefined) {
    throw new OAuthError('access_denied', 'Scope openid was not granted, and the answer is an ID token.');
  }
  return context.issueFront(
    client,
    authorization,
    { accessToken: responseType.includes('token'), idToken, code },
    proof.now,
    deadline,
  );
}

/** A code and its row. */
function mintCode(
  { handles, seals, settings }: AuthorizationContext,
  { asked, proof }: ResumedFlow,
  authorization: Authorization,
): { handle: string; row: CodeRow } {
  const { handle, key, expiresAt } = handles.mint(
    'authorization_code',
    Math.floor(proof.now / 1000) + settings.codeSeconds,
  );
  const content: CodeContent = {
    authorization,
    redirectUri: asked.redirectUri ?? '',
    codeChallenge: asked.codeChallenge,
    ...(asked.responseType.length > 1 && { hybrid: true }),
  };
  return { handle, row: { key, expiresAt, body: seals.code.seal(key, Buffer.from(JSON.stringify(content))) } };
}

function authorizationOf(
  context: AuthorizationContext,
  request: AddressedRequest,
  flow: ResumedFlow,
  login: FlowLogin,
  consent: FlowConsent,
  granted: FlowGrant,
): Authorization {
  return {
    grantId: consent.grantId,
    clientId: request.client.clientId,
    subject: login.subject,
    clientSubject: subjectFor(context.settings, login.subject, request.client, login.forcedSubject),
    scopes: granted.scopes,
    audience: granted.audience,
    sessionId: flow.body.start.sessionId,
    authenticatedAt: login.authenticatedAt,
    requestedAt: flow.body.start.requestedAt,
    acr: acrOf(context.settings, flow, login),
    amr: login.amr,
    nonce: flow.asked.nonce,
    proof: { kind: 'none' },
    accessTokenClaims: granted.accessTokenClaims,
    idTokenClaims: granted.idTokenClaims,
  };
}

/** Hydra says class 0 where classes were asked for and none was reached. */
function acrOf({ hydraCompat }: AuthorizationContext['settings'], { asked }: ResumedFlow, { acr }: FlowLogin): string {
  return acr === '' && hydraCompat && asked.acrValues.length > 0 ? '0' : acr;
}
