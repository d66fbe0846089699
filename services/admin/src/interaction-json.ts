// Login, consent and logout requests as the login and consent app sees them (hydra-wire §2.3 to §2.5).
import type { JsonObject } from '@cardea/oauth';
import { parsedJson, secondsMember, textMember } from '@cardea/oauth';
import type { interactionV1 } from '@cardea/rpc';
import { clientJson } from './client-json.js';
import { consentRequestId } from './consent-request-id.js';

export function loginRequestJson(login: interactionV1.GetLoginRequestResponse): Record<string, unknown> {
  return {
    challenge: login.challenge,
    requested_scope: login.requestedScopes,
    requested_access_token_audience: login.requestedAudience,
    skip: login.skip,
    subject: login.subject,
    oidc_context: oidcContextJson(login.oidcContext),
    client: clientJson(login.client),
    request_url: login.requestUrl,
    session_id: login.sessionId,
  };
}

export function consentRequestJson(consent: interactionV1.GetConsentRequestResponse): Record<string, unknown> {
  return {
    challenge: consent.challenge,
    consent_request_id: consentRequestId(consent.consentRequestId),
    requested_scope: consent.requestedScopes,
    requested_access_token_audience: consent.requestedAudience,
    skip: consent.skip,
    subject: consent.subject,
    oidc_context: oidcContextJson(consent.oidcContext),
    client: clientJson(consent.client),
    request_url: consent.requestUrl,
    login_challenge: consent.loginChallenge,
    login_session_id: consent.loginSessionId,
    acr: consent.acr,
    amr: consent.amr,
    context: parsedJson(consent.contextJson, null),
  };
}

export function logoutRequestJson(logout: interactionV1.GetLogoutRequestResponse): Record<string, unknown> {
  return {
    challenge: logout.challenge,
    subject: logout.subject,
    ...(logout.sessionId === '' ? {} : { sid: logout.sessionId }),
    request_url: logout.requestUrl,
    rp_initiated: logout.rpInitiated,
    ...(logout.expiresAt === undefined ? {} : { expires_at: wholeSeconds(logout.expiresAt) }),
    ...(logout.requestedAt === undefined ? {} : { requested_at: wholeSeconds(logout.requestedAt) }),
    client: logout.client === undefined ? null : clientJson(logout.client),
  };
}

const wholeSeconds = (instant: Date) => instant.toISOString().replace(/\.\d+Z$/, 'Z');

/** Only what the client said is there; null where a device asks, which has nothing of this to say. */
export function oidcContextJson(context: interactionV1.OidcContext | undefined): Record<string, unknown> | null {
  if (context === undefined) return null;
  const { acrValues, uiLocales, display, loginHint, idTokenHintClaimsJson, claimsJson } = context;
  return {
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues }),
    ...(uiLocales.length === 0 ? {} : { ui_locales: uiLocales }),
    ...(display === '' ? {} : { display }),
    ...(idTokenHintClaimsJson.length === 0 ? {} : { id_token_hint_claims: parsedJson(idTokenHintClaimsJson, {}) }),
    ...(claimsJson.length === 0 ? {} : { claims: parsedJson(claimsJson, {}) }),
    ...(loginHint === '' ? {} : { login_hint: loginHint }),
  };
}

/** @throws {OAuthError} invalid_request for a member of the wrong type */
export function readRejection(body: JsonObject): interactionV1.Rejection {
  return {
    error: textMember(body, 'error'),
    errorDescription: textMember(body, 'error_description'),
    errorHint: textMember(body, 'error_hint'),
    errorDebug: textMember(body, 'error_debug'),
    statusCode: secondsMember(body, 'status_code'),
  };
}
