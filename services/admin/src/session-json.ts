// Consents and logout notifications as the admin API shows them (hydra-wire §2.6).
import { parsedJson } from '@cardea/oauth';
import { sessionV1 } from '@cardea/rpc';
import { clientJson } from './client-json.js';
import { consentRequestId } from './consent-request-id.js';
import { oidcContextJson } from './interaction-json.js';

/** A consent session; its request has no challenge any more. */
export function consentJson(consent: sessionV1.Consent): Record<string, unknown> {
  const context = parsedJson(consent.contextJson, null);
  const id = consentRequestId(consent.consentRequestId);
  return {
    consent_request_id: id,
    grant_scope: consent.grantedScopes,
    grant_access_token_audience: consent.grantedAudience,
    session: {
      access_token: parsedJson(consent.accessTokenClaimsJson, {}),
      id_token: parsedJson(consent.idTokenClaimsJson, {}),
    },
    remember: consent.remember,
    remember_for: consent.rememberForSeconds,
    handled_at: consent.handledAt?.toISOString() ?? null,
    context,
    consent_request: {
      challenge: '',
      consent_request_id: id,
      requested_scope: consent.requestedScopes,
      requested_access_token_audience: consent.requestedAudience,
      skip: false,
      subject: consent.subject,
      oidc_context: oidcContextJson(consent.oidcContext),
      client: clientJson(consent.client),
      request_url: consent.requestUrl,
      login_challenge: consent.loginChallenge,
      login_session_id: consent.loginSessionId,
      acr: consent.acr,
      amr: consent.amr,
      context,
    },
  };
}

const { PENDING, DELIVERED, FAILED } = sessionV1.LogoutDeliveryState;
const stateNames = new Map<sessionV1.LogoutDeliveryState, string>([
  [PENDING, 'pending'],
  [DELIVERED, 'delivered'],
  [FAILED, 'failed'],
]);

/** The state of that name; undefined for any other word. */
export const deliveryState = (name: string): sessionV1.LogoutDeliveryState | undefined =>
  [...stateNames].find(([, known]) => known === name)?.[0];

export function deliveryJson(delivery: sessionV1.LogoutDelivery): Record<string, unknown> {
  return {
    id: delivery.id,
    // The identity provider is told too, and is nobody's client.
    recipient: delivery.clientId === '' ? 'identity_provider' : 'client',
    client_id: delivery.clientId === '' ? null : delivery.clientId,
    uri: delivery.uri,
    sid: delivery.sessionId,
    state: stateNames.get(delivery.state),
    attempts: delivery.attempts,
    last_outcome: delivery.lastOutcome === '' ? null : delivery.lastOutcome,
    created_at: delivery.createdAt?.toISOString() ?? null,
    attempted_at: delivery.attemptedAt?.toISOString() ?? null,
  };
}
