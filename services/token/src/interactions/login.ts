// The login app's side: what a login is wanted for, and who logged in (hydra-wire §2.3). The first answer makes the flow a row.
import { OAuthError } from '@cardea/oauth';
import type { clientV1, interactionV1 } from '@cardea/rpc';
import type { AuthorizationContext } from '../authorize/context.js';
import { requestUrl } from '../authorize/context.js';
import type { FlowBody, FlowLogin, FlowStart } from '../authorize/flow-body.js';
import { startRequest } from '../authorize/flow-body.js';
import { withParameter } from '../authorize/pages.js';
import { randomUuid } from '../authorize/uuid.js';
import type { DecisionNote } from '../storage/flows.js';
import { checkSubject, jsonText, rejectionOf, sessionSeconds, shortText, shortTexts } from './answers.js';
import { handledRequest, liveClient } from './challenge.js';
import { oidcContext } from './oidc-context.js';
import type { Decided } from './record.js';

/** @throws {OAuthError} not_found, request_unauthorized (expired), request_handled (410) */
export async function getLoginRequest(
  context: AuthorizationContext,
  { challenge }: interactionV1.GetLoginRequestRequest,
): Promise<interactionV1.GetLoginRequestResponse> {
  const { start, client } = await openLogin(context, challenge);
  const row = await context.flows.find(start);
  if (row !== undefined && !unused.has(row.state)) throw handledRequest(context, start);
  const asked = startRequest(start);
  return {
    challenge,
    requestedScopes: [...asked.scopes],
    requestedAudience: [...asked.audience],
    skip: start.remembered !== undefined,
    subject: start.remembered ?? '',
    oidcContext: start.device === undefined ? oidcContext(asked, client) : undefined,
    client,
    requestUrl: requestUrl(context.settings, start),
    sessionId: start.sessionId,
  };
}

/** May be repeated until the browser has come back; the last answer counts. */
export async function acceptLoginRequest(
  context: AuthorizationContext,
  answer: interactionV1.AcceptLoginRequestRequest,
): Promise<interactionV1.AcceptLoginRequestResponse> {
  const { start } = await openLogin(context, answer.challenge);
  const login = loginOf(context, start, answer);
  if (start.remembered !== undefined && start.remembered !== login.subject) {
    // Somebody else than the remembered subject: then the login has to happen in earnest.
    if (start.device === undefined) {
      return { redirectTo: withParameter(requestUrl(context.settings, start), 'prompt', 'login') };
    }
    throw new OAuthError('invalid_request', 'Another subject is logged in at this browser; log out first.');
  }
  const note = noteOf(context, start, { action: 'accept login', subject: login.subject, error: '' });
  // Nearly always what is to be asked next: then the browser's return leaves the body as it is, which saves sealing and storing it anew.
  const consent = { grantId: randomUuid(context.random), skip: false };
  const redirectTo = await answerLogin(context, 'accept_login', { start, login, consent }, note);
  context.challenges.forget(answer.challenge);
  context.events.record('login_accepted', {
    client_id: start.clientId,
    remembered: String(start.remembered !== undefined),
    person: context.stream.personOf(login.subject) ?? '',
  });
  return { redirectTo };
}

export async function rejectLoginRequest(
  context: AuthorizationContext,
  { challenge, rejection }: interactionV1.RejectLoginRequestRequest,
): Promise<interactionV1.RejectLoginRequestResponse> {
  const { start } = await openLogin(context, challenge);
  const fallback = context.settings.hydraCompat ? 'login request denied' : 'access_denied';
  const body = { start, rejection: rejectionOf(rejection, fallback) };
  const note = noteOf(context, start, { action: 'reject login', subject: undefined, error: body.rejection.error });
  const redirectTo = await answerLogin(context, 'reject_login', body, note);
  context.challenges.forget(challenge);
  context.events.record('login_rejected', { client_id: start.clientId });
  return { redirectTo };
}

/** States in which the login app may still answer. */
const unused: ReadonlySet<string> = new Set(['requested', 'login_accepted', 'login_rejected']);

async function openLogin(
  context: AuthorizationContext,
  challenge: string,
): Promise<{ start: FlowStart; client: clientV1.Client }> {
  if (challenge === '') throw new OAuthError('invalid_request', 'The login_challenge is missing.');
  const start = context.challenges.open(challenge, context.clock.now() / 1000);
  return { start, client: await liveClient(context, start.clientId) };
}

function loginOf(
  context: AuthorizationContext,
  start: FlowStart,
  answer: interactionV1.AcceptLoginRequestRequest,
): FlowLogin {
  const subject = checkSubject(answer.subject);
  const seconds = sessionSeconds(answer.rememberForSeconds, context.settings.sessionSeconds);
  const remembers = start.remembered === undefined ? answer.remember : answer.extendSessionLifespan;
  return {
    subject,
    // On skip this is replaced by the time of the remembered login when the browser is back.
    authenticatedAt: Math.floor(context.clock.now() / 1000),
    rememberSeconds: remembers ? seconds : 0,
    acr: shortText('acr', answer.acr),
    amr: shortTexts('amr', answer.amr),
    forcedSubject: shortText('force_subject_identifier', answer.forceSubjectIdentifier),
    identityProviderSessionId: shortText('identity_provider_session_id', answer.identityProviderSessionId),
    contextJson: jsonText('context', answer.contextJson),
  };
}

const noteOf = (
  context: AuthorizationContext,
  { clientId, id: flowId }: FlowStart,
  decided: Pick<Decided, 'action' | 'subject' | 'error'>,
) => context.noteDecision({ ...decided, clientId, flowId, scopes: [] });

async function answerLogin(
  context: AuthorizationContext,
  event: 'accept_login' | 'reject_login',
  body: FlowBody,
  note: DecisionNote | undefined,
): Promise<string> {
  const { start } = body;
  const verifier = context.handles.mint('login_verifier', start.expiresAt, start.id);
  const stored = await context.flows.answerLogin(event, start, {
    clientId: start.clientId,
    browser: start.browser,
    verifierKey: verifier.key,
    body: context.bodies.seal(body),
    note,
  });
  if (!stored) throw handledRequest(context, start);
  return withParameter(requestUrl(context.settings, start), 'login_verifier', verifier.handle);
}
