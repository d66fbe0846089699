// The authorization endpoint (RFC 6749 §3.1): finds out who asks and where the answer may go, then runs one of three legs.
import type { ResponseTarget } from '@cardea/oauth';
import {
  errorResponse,
  OAuthError,
  readResponseAddress,
  repeatableAuthorizationParameters,
  rowOf,
  uniqueParameters,
} from '@cardea/oauth';
import { continueAfterConsent } from './after-consent.js';
import { continueAfterLogin } from './after-login.js';
import type { AddressedRequest, AuthorizationContext, AuthorizationSettings, AuthorizeOutcome } from './context.js';
import type { Cookie } from './cookies.js';
import { hasRequestObject } from './request-object.js';
import { startFlow } from './start.js';

export interface IncomingRequest {
  /** As sent, duplicates included. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly cookies: readonly Cookie[];
  /** Names the request in the gateway's log: the id of an error that the client is told. */
  readonly requestId?: string;
  /** When nobody waits for the answer any more, milliseconds since the epoch. */
  readonly deadline?: number | undefined;
}

/**
 * Answers an authorization request on any of its legs.
 *
 * @throws {OAuthError} what the person at the browser must see on a page, because no client may be told
 */
export async function authorize(context: AuthorizationContext, incoming: IncomingRequest): Promise<AuthorizeOutcome> {
  const { settings } = context;
  const sent = uniqueParameters(incoming.parameters, repeatableAuthorizationParameters);
  const clientId = sent.get('client_id');
  const resolved = clientId === undefined ? undefined : await context.clients.find(clientId);
  // One text for a missing and an unknown client, so that nobody can list clients by asking.
  if (resolved === undefined) throw new OAuthError('invalid_client', 'The client is unknown.');
  const { client } = resolved;
  // Later legs go by what was read on the first.
  const first = !sent.has('login_verifier') && !sent.has('consent_verifier');
  const parameters = first && hasRequestObject(sent) ? await context.readRequestObject(sent, client) : sent;
  const target: ResponseTarget = {
    ...readResponseAddress(parameters, client),
    issuer: settings.issuer,
    hydraCompat: settings.hydraCompat,
    errorPage: errorPageOf(settings, incoming.requestId),
  };
  const { cookies, deadline } = incoming;
  const request: AddressedRequest = { parameters, client, target, cookies, deadline };
  try {
    return await run(context, request);
  } catch (caught) {
    const error = OAuthError.from(caught);
    if (!mayTellClient(error)) throw error;
    return { next: { kind: 'client', response: errorResponse(target, error) }, cookies: [] };
  }
}

function run(context: AuthorizationContext, request: AddressedRequest): Promise<AuthorizeOutcome> {
  const loginVerifier = request.parameters.get('login_verifier');
  if (loginVerifier !== undefined) return continueAfterLogin(context, request, loginVerifier);
  const consentVerifier = request.parameters.get('consent_verifier');
  if (consentVerifier !== undefined) return continueAfterConsent(context, request, consentVerifier);
  return startFlow(context, request);
}

/** The gateway's own page, with the id of the log line in its address; Hydra tells clients of none (decision 93). */
function errorPageOf({ hydraCompat, publicUrl }: AuthorizationSettings, requestId = ''): string | undefined {
  if (hydraCompat || requestId === '') return undefined;
  return `${publicUrl}/oauth2/fallbacks/error?error_id=${encodeURIComponent(requestId)}`;
}

/** Our own faults are shown on a page: the browser can try again there, the client could not. */
function mayTellClient(error: OAuthError): boolean {
  return error.status < 500 && (rowOf(error.code)?.redirectable ?? true);
}
