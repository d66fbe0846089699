// The logout page's side: what is to end, and whether the person wants it (hydra-wire §2.5). Stateless.
import type { interactionV1 } from '@cardea/rpc';
import { withParameter } from '../authorize/pages.js';
import type { LogoutContext } from '../end-session.js';
import type { LogoutRequest } from '../logout-challenge.js';

/** @throws {OAuthError} not_found, request_unauthorized (expired) */
export async function getLogoutRequest(
  context: LogoutContext,
  { challenge }: interactionV1.GetLogoutRequestRequest,
): Promise<interactionV1.GetLogoutRequestResponse> {
  const logout = open(context, challenge);
  const client = logout.clientId === '' ? undefined : (await context.clients.find(logout.clientId))?.client;
  return {
    challenge,
    subject: logout.subject,
    sessionId: logout.sessionId,
    requestUrl: `/oauth2/sessions/logout${logout.query === '' ? '' : '?'}${logout.query}`,
    rpInitiated: logout.clientId !== '',
    client,
    requestedAt: new Date(logout.requestedAt * 1000),
    expiresAt: new Date(logout.expiresAt * 1000),
  };
}

export function acceptLogoutRequest(
  context: LogoutContext,
  { challenge, revokeTokens }: interactionV1.AcceptLogoutRequestRequest,
): interactionV1.AcceptLogoutRequestResponse {
  const verifier = context.logoutVerifiers.seal({ ...open(context, challenge), revokeTokens });
  const endpoint = `${context.settings.publicUrl}/oauth2/sessions/logout`;
  return { redirectTo: withParameter(endpoint, 'logout_verifier', verifier) };
}

/** Nothing was begun, so nothing has to be undone. */
export function rejectLogoutRequest(
  context: LogoutContext,
  { challenge }: interactionV1.RejectLogoutRequestRequest,
): interactionV1.RejectLogoutRequestResponse {
  open(context, challenge);
  return {};
}

const open = (context: LogoutContext, challenge: string): LogoutRequest =>
  context.logoutChallenges.open(challenge, context.clock.now() / 1000);
