// Writes what the token service decided for a browser: a redirect to the login app, an answer to the client, or an error
// page (RFC 6749 §4.1.2, hydra-wire §3.4). Locations come from the token service or the configuration, never from the request.
import { contextOf, errorIdHeader, identifyError, noStore, sendPage, sendRedirect, uiLocalesOf } from '@cardea/http';
import type { AuthorizationResponseMode } from '@cardea/oauth';
import { responseLocation } from '@cardea/oauth';
import { authorizationV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { writeCookies } from './cookies.js';
import { formPostHeaders, formPostPage } from './pages/form-post.js';
import { logoutFramesPage } from './pages/logout-frames.js';
import type { GatewaySettings } from './settings.js';
import { textsFor } from './texts.js';

/** Headers that set cookies; none when there are none to set. */
export function cookieHeaders(
  cookies: readonly authorizationV1.SetCookie[],
  settings: GatewaySettings,
): OutgoingHttpHeaders {
  return cookies.length === 0 ? {} : { 'Set-Cookie': writeCookies(cookies, settings.cookies) };
}

/** A hop between our own pages: 302 as Hydra has it, but 303 after a POST, whose body must not travel on (RFC 9700 §4.12). */
export const hopStatus = (request: IncomingMessage) => (request.method === 'POST' ? 303 : 302);

const modes: Partial<Record<authorizationV1.ResponseMode, AuthorizationResponseMode>> = {
  [authorizationV1.ResponseMode.QUERY]: 'query',
  [authorizationV1.ResponseMode.FRAGMENT]: 'fragment',
  [authorizationV1.ResponseMode.FORM_POST]: 'form_post',
};

/** Writes the answer of an authorization request. */
export function writeAuthorizeResponse(
  answer: authorizationV1.AuthorizeResponse,
  request: IncomingMessage,
  response: ServerResponse,
  settings: GatewaySettings,
): void {
  const headers = cookieHeaders(answer.setCookies, settings);
  const { next } = answer;
  if (next?.$case === 'interaction') {
    sendRedirect(response, hopStatus(request), next.value.location, headers);
    return;
  }
  const mode = next === undefined ? undefined : modes[next.value.mode];
  if (next === undefined || mode === undefined)
    throw new Error('the token service did not say what the browser does next');
  const { redirectUri, parameters } = next.value;
  const all = { ...headers, ...noteRefusal(request, parameters) };
  if (mode === 'form_post') {
    const page = formPostPage(textsFor(request), redirectUri, parameters);
    sendPage(response, 200, { ...noStore, ...formPostHeaders, ...all }, page);
    return;
  }
  sendRedirect(response, 303, responseLocation({ redirectUri, mode, parameters }), all);
}

/**
 * An error that a redirect brings to a client stands in the log as any other does, under the id that the client is told by
 * `error_uri`; where the client is told what Hydra tells, the browser's developer tools show it.
 */
function noteRefusal(
  request: IncomingMessage,
  parameters: readonly { readonly name: string; readonly value: string }[],
): OutgoingHttpHeaders {
  const error = parameters.find(({ name }) => name === 'error')?.value;
  if (error === undefined) return {};
  const context = contextOf(request);
  context.error = error;
  context.errorId = context.requestId;
  return context.manner === 'hydra' ? { [errorIdHeader]: context.requestId } : {};
}

/** Writes the answer of a logout: straight on, or by way of a page that tells clients in frames. */
export function writeEndSessionResponse(
  answer: authorizationV1.EndSessionResponse,
  request: IncomingMessage,
  response: ServerResponse,
  settings: GatewaySettings,
): void {
  const cookies = cookieHeaders(answer.setCookies, settings);
  if (answer.frontchannelLogoutUris.length === 0) {
    sendRedirect(response, hopStatus(request), answer.location, cookies);
    return;
  }
  const { html, headers } = logoutFramesPage(textsFor(request), answer.location, answer.frontchannelLogoutUris);
  sendPage(response, 200, { ...headers, ...cookies }, html);
}

/**
 * Takes the browser to the error page of the installation, in the language that the application asked for; the page's own query is
 * kept. What Hydra does not say there is said in a header.
 */
export function redirectToErrorPage(
  caught: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly settings: GatewaySettings; readonly log: Log },
): void {
  const error = identifyError(caught, request, options.log);
  const { errorUrl, hydraCompat } = options.settings;
  const locales = uiLocalesOf(request);
  const location = responseLocation({
    redirectUri: errorUrl,
    mode: 'query',
    parameters: [
      { name: 'error', value: error.code },
      { name: 'error_description', value: error.description },
      ...(hydraCompat ? [] : [{ name: 'error_id', value: error.errorId }]),
      ...(hydraCompat || locales === undefined ? [] : [{ name: 'ui_locales', value: locales }]),
    ],
  });
  const headers = hydraCompat ? { [errorIdHeader]: error.errorId } : {};
  sendRedirect(response, hopStatus(request), location, headers);
}
