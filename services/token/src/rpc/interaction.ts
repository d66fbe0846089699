// cardea.authorization.v1.InteractionService: what login, consent and logout pages ask and answer.
import type { Handlers, interactionV1 } from '@cardea/rpc';
import { acceptUserCode } from '../device/accept-user-code.js';
import type { LogoutContext } from '../end-session.js';
import { acceptConsentRequest, getConsentRequest, rejectConsentRequest } from '../interactions/consent.js';
import { acceptLoginRequest, getLoginRequest, rejectLoginRequest } from '../interactions/login.js';
import { acceptLogoutRequest, getLogoutRequest, rejectLogoutRequest } from '../interactions/logout.js';

export function createInteractionHandlers(
  context: LogoutContext,
): Handlers<typeof interactionV1.InteractionServiceService> {
  return {
    getLoginRequest: (request) => getLoginRequest(context, request),
    acceptLoginRequest: (request) => acceptLoginRequest(context, request),
    rejectLoginRequest: (request) => rejectLoginRequest(context, request),
    getConsentRequest: (request) => getConsentRequest(context, request),
    acceptConsentRequest: (request) => acceptConsentRequest(context, request),
    rejectConsentRequest: (request) => rejectConsentRequest(context, request),
    acceptUserCode: (request) => acceptUserCode(context, request),
    getLogoutRequest: (request) => getLogoutRequest(context, request),
    acceptLogoutRequest: async (request) => acceptLogoutRequest(context, request),
    rejectLogoutRequest: async (request) => rejectLogoutRequest(context, request),
  };
}
