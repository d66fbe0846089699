// GET and POST /oauth2/auth and /oauth2/sessions/logout: hands parameters and cookies to the token service unchanged,
// duplicates included, and writes what it decided (RFC 6749 §3.1, RP-Initiated Logout 1.0 §2).
import type { FormParameter, Handler, Request, Route } from '@cardea/http';
import { callOptions, contextOf, readForm, readQuery } from '@cardea/http';
import type { authorizationV1, ClientOf } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { redirectToErrorPage, writeAuthorizeResponse, writeEndSessionResponse } from '../browser-answers.js';
import { readCookies } from '../cookies.js';
import { refuseMissingApp } from '../missing-app.js';
import type { GatewaySettings } from '../settings.js';

type AuthorizationClient = ClientOf<typeof authorizationV1.AuthorizationServiceService>;

export function authorizeRoutes(
  authorization: AuthorizationClient,
  options: { readonly settings: GatewaySettings; readonly log: Log },
): Route[] {
  const { settings } = options;
  /** Whatever fails on the way is shown on a page: only the token service knows what a client may be told. */
  const orErrorPage =
    (handler: (...of: Parameters<Handler>) => Promise<void>): Handler =>
    async (request, response) => {
      try {
        await handler(request, response);
      } catch (caught) {
        redirectToErrorPage(caught, request, response, options);
      }
    };

  const authorize = orErrorPage(async (request, response) => {
    const answer = await authorization.authorize(
      {
        parameters: await allParameters(request),
        post: request.method === 'POST',
        cookies: readCookies(request.headers.cookie, settings.cookies.names),
        requestId: contextOf(request).requestId,
      },
      callOptions(request, response),
    );
    if (settings.looksForApps && answer.next?.$case === 'interaction') {
      await refuseMissingApp(request, answer.next.value.location);
    }
    writeAuthorizeResponse(answer, request, response, settings);
  });

  const endSession = orErrorPage(async (request, response) => {
    const answer = await authorization.endSession(
      {
        parameters: await allParameters(request),
        cookies: readCookies(request.headers.cookie, settings.cookies.names),
        requestId: contextOf(request).requestId,
      },
      callOptions(request, response),
    );
    if (settings.looksForApps) await refuseMissingApp(request, answer.location);
    writeEndSessionResponse(answer, request, response, settings);
  });

  return [
    { path: '/oauth2/auth', get: authorize, post: authorize },
    { path: '/oauth2/sessions/logout', get: endSession, post: endSession },
  ];
}

/** Query first, then form: a name in both is a duplicate like any other. */
async function allParameters(request: Request): Promise<FormParameter[]> {
  const query = readQuery(request);
  const bodiless = request.method !== 'POST' || request.headers['content-length'] === '0';
  return bodiless ? query : [...query, ...(await readForm(request))];
}
