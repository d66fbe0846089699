// The consent app's side: what consent is wanted for, and what was granted (hydra-wire §2.4).
import { audienceAllowed, OAuthError, scopeAllowed } from '@cardea/oauth';
import type { clientV1, interactionV1 } from '@cardea/rpc';
import type { AuthorizationContext } from '../authorize/context.js';
import { requestUrl } from '../authorize/context.js';
import { expiredChallenge, unknownChallenge } from '../authorize/challenge.js';
import type { FlowBody, FlowConsent, FlowGrant, FlowLogin } from '../authorize/flow-body.js';
import { startRequest } from '../authorize/flow-body.js';
import { withParameter } from '../authorize/pages.js';
import type { FlowRef } from '../storage/flows.js';
import { claims, jsonText, rejectionOf, rememberSeconds } from './answers.js';
import { handledRequest, liveClient } from './challenge.js';
import { oidcContext } from './oidc-context.js';
import type { Decided } from './record.js';

/** @throws {OAuthError} not_found, request_unauthorized (expired), request_handled (410) */
export async function getConsentRequest(
  context: AuthorizationContext,
  { challenge }: interactionV1.GetConsentRequestRequest,
): Promise<interactionV1.GetConsentRequestResponse> {
  const { ref, body, client, login, consent } = await openConsent(context, challenge, false);
  const asked = startRequest(body.start);
  return {
    challenge,
    consentRequestId: consent.grantId,
    requestedScopes: [...asked.scopes],
    requestedAudience: [...asked.audience],
    skip: consent.skip,
    subject: login.subject,
    oidcContext: body.start.device === undefined ? oidcContext(asked, client) : undefined,
    client,
    requestUrl: requestUrl(context.settings, body.start),
    loginChallenge: ref.id.toString('hex'),
    loginSessionId: body.start.sessionId,
    acr: login.acr,
    amr: [...login.amr],
    contextJson: Buffer.from(login.contextJson),
  };
}

/** May be repeated until the browser has come back; the last answer counts. */
export async function acceptConsentRequest(
  context: AuthorizationContext,
  answer: interactionV1.AcceptConsentRequestRequest,
): Promise<interactionV1.AcceptConsentRequestResponse> {
  const redirectTo = await answerConsent(context, 'accept_consent', answer.challenge, (opened) => {
    const { body, login, consent } = opened;
    const granted = grantOf(context, opened, answer);
    const contextJson = jsonText('context', answer.contextJson);
    const { rejection: _withdrawn, ...kept } = body;
    const next: FlowBody = {
      ...kept,
      login: contextJson === '' ? login : { ...login, contextJson },
      consent: { ...consent, granted },
    };
    return [next, { action: 'accept consent', subject: login.subject, scopes: granted.scopes, error: '' }];
  });
  return { redirectTo };
}

export async function rejectConsentRequest(
  context: AuthorizationContext,
  { challenge, rejection }: interactionV1.RejectConsentRequestRequest,
): Promise<interactionV1.RejectConsentRequestResponse> {
  let refused: { readonly client_id: string; readonly person: string } | undefined;
  const redirectTo = await answerConsent(context, 'reject_consent', challenge, ({ body, login }) => {
    const fallback = context.settings.hydraCompat ? 'consent request denied' : 'access_denied';
    const next = { ...body, rejection: rejectionOf(rejection, fallback) };
    const { error } = next.rejection;
    refused = { client_id: body.start.clientId, person: context.stream.personOf(login.subject) ?? '' };
    return [next, { action: 'reject consent', subject: login.subject, scopes: [], error }];
  });
  if (refused !== undefined) context.events.record('consent_refused', refused);
  return { redirectTo };
}

interface OpenConsent {
  readonly ref: FlowRef;
  /** Whether this is what the process remembers, and not what the row says now. */
  readonly recalled: boolean;
  readonly body: FlowBody;
  readonly client: clientV1.Client;
  readonly login: FlowLogin;
  readonly consent: FlowConsent;
}

/** @param recalls whether a row that nobody had answered yet when it was last seen here may stand for what it is now */
async function openConsent(context: AuthorizationContext, challenge: string, recalls: boolean): Promise<OpenConsent> {
  if (challenge === '') throw new OAuthError('invalid_request', 'The consent_challenge is missing.');
  const opened = context.handles.open('consent_challenge', challenge);
  if (opened === undefined) throw unknownChallenge();
  if (opened.expiresAt * 1000 <= context.clock.now()) throw expiredChallenge();
  const ref = { id: Buffer.from(opened.entropy.subarray(0, 16)), expiresAt: opened.expiresAt };
  const recalled = recalls ? context.flows.recall(ref, null) : undefined;
  const row = recalled ?? (await context.flows.find(ref));
  if (row === undefined) throw unknownChallenge();
  const body = context.bodies.open(ref.id, row.body);
  if (row.state === 'completed' || row.state === 'refused') throw handledRequest(context, body.start);
  const client = await liveClient(context, row.clientId);
  const { login, consent } = body;
  if (login === undefined || consent === undefined) throw new Error('a flow that asks for consent has no login');
  return { ref, recalled: recalled !== undefined, body, client, login, consent };
}

/**
 * What was granted: never more than was asked for, and never more than the client may have now. Hydra checks neither, and
 * trusts its consent app with both.
 */
function grantOf(
  context: AuthorizationContext,
  { body, client, consent }: OpenConsent,
  answer: interactionV1.AcceptConsentRequestRequest,
): FlowGrant {
  const { settings } = context;
  const asked = startRequest(body.start);
  const allowed = client.scope.split(' ');
  for (const scope of answer.grantedScopes) {
    const known = asked.scopes.includes(scope) && scopeAllowed(allowed, scope, settings.policy.scopeStrategy);
    if (!(settings.hydraCompat || known) || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) {
      throw new OAuthError('invalid_scope', `The scope '${scope}' was not asked for or is not allowed to the client.`, {
        status: 400,
      });
    }
  }
  for (const audience of answer.grantedAudience) {
    const known = asked.audience.includes(audience) && audienceAllowed(client.audience, audience);
    if (!(settings.hydraCompat || known)) {
      throw new OAuthError(
        'invalid_request',
        `The audience '${audience}' was not asked for or is not allowed to the client.`,
      );
    }
  }
  return {
    scopes: [...new Set(answer.grantedScopes)],
    audience: [...new Set(answer.grantedAudience)],
    accessTokenClaims: claims('session.access_token', answer.accessTokenClaimsJson),
    idTokenClaims: claims('session.id_token', answer.idTokenClaimsJson),
    // A grant that rests on an earlier one is not remembered for its own sake.
    remember: answer.remember && !consent.skip,
    rememberSeconds: rememberSeconds(answer.rememberForSeconds),
    handledAt: Math.floor(context.clock.now() / 1000),
  };
}

/**
 * Stores an answer and says where the browser goes on. What is remembered of the flow is good enough to answer by as long as nobody
 * has answered it yet, which the statement checks; otherwise its row is read.
 */
async function answerConsent(
  context: AuthorizationContext,
  event: 'accept_consent' | 'reject_consent',
  challenge: string,
  decide: (opened: OpenConsent) => [body: FlowBody, decided: Omit<Decided, 'clientId' | 'flowId'>],
  recalls = true,
): Promise<string> {
  const opened = await openConsent(context, challenge, recalls);
  const { ref, recalled } = opened;
  const [body, decided] = decide(opened);
  const { start } = body;
  const verifier = context.handles.mint('consent_verifier', ref.expiresAt, ref.id);
  const answer = {
    verifierKey: verifier.key,
    body: context.bodies.seal(body),
    note: context.noteDecision({ ...decided, clientId: start.clientId, flowId: ref.id }),
  };
  if (await context.flows.answerConsent(event, ref, answer, recalled ? 'first' : 'any')) {
    return withParameter(requestUrl(context.settings, start), 'consent_verifier', verifier.handle);
  }
  if (recalled) return answerConsent(context, event, challenge, decide, false);
  throw handledRequest(context, start);
}
