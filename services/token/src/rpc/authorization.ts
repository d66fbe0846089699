// cardea.authorization.v1.AuthorizationService: the rules' outcomes in the words of the contract.
import type { AuthorizationResponseMode } from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { authorizationV1 } from '@cardea/rpc';
import { authorize } from '../authorize/authorize.js';
import { withBrowserState } from '../authorize/browser-state.js';
import type { AuthorizeOutcome } from '../authorize/context.js';
import type { CookieToSet } from '../authorize/cookies.js';
import type { AuthorizeDevice } from '../device/authorize-device.js';
import { verifyUserCode } from '../device/verify-user-code.js';
import type { LogoutContext } from '../end-session.js';
import { endSession } from '../end-session.js';

export function createAuthorizationHandlers(
  context: LogoutContext,
  authorizeDevice: AuthorizeDevice,
): Handlers<typeof authorizationV1.AuthorizationServiceService> {
  return {
    async authorize({ parameters, cookies, requestId }, { deadline }) {
      return authorizeResponse(context, await authorize(context, { parameters, cookies, requestId, deadline }));
    },
    authorizeDevice,
    async verifyUserCode(request) {
      const { location, cookies } = await verifyUserCode(context, { ...request, address: request.clientAddress });
      return { location, setCookies: cookies.map(setCookie) };
    },
    async endSession(request) {
      const { location, cookies, frames } = await endSession(context, request);
      return {
        location,
        setCookies: withBrowserState(context.settings, cookies).map(setCookie),
        frontchannelLogoutUris: [...frames],
      };
    },
  };
}

const kinds: Record<CookieToSet['kind'], authorizationV1.CookieKind> = {
  session: authorizationV1.CookieKind.SESSION,
  flow: authorizationV1.CookieKind.FLOW,
  browser_state: authorizationV1.CookieKind.BROWSER_STATE,
};

const modes: Record<AuthorizationResponseMode, authorizationV1.ResponseMode> = {
  query: authorizationV1.ResponseMode.QUERY,
  fragment: authorizationV1.ResponseMode.FRAGMENT,
  form_post: authorizationV1.ResponseMode.FORM_POST,
};

function authorizeResponse(
  { settings }: LogoutContext,
  { next, cookies }: AuthorizeOutcome,
): authorizationV1.AuthorizeResponse {
  const setCookies = withBrowserState(settings, cookies).map(setCookie);
  if (next.kind === 'interaction') {
    return { next: { $case: 'interaction', value: { location: next.location } }, setCookies };
  }
  const { redirectUri, mode, parameters } = next.response;
  const value = { redirectUri, mode: modes[mode], parameters: [...parameters] };
  return { next: { $case: 'clientResponse', value }, setCookies };
}

function setCookie({ kind, ...cookie }: CookieToSet): authorizationV1.SetCookie {
  return { ...cookie, kind: kinds[kind] };
}
