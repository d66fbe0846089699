// The verification endpoint: sends a browser to the page where the user code is typed, then through login and consent on the
// same flow as an authorization request, and at last to the page that says "done" (RFC 8628 §3.3).
import {
  checkDeviceRequest,
  maskedUserCode,
  OAuthError,
  repeatableAuthorizationParameters,
  uniqueParameters,
} from '@cardea/oauth';
import { timingSafeEqual } from 'node:crypto';
import { continueAfterConsent } from '../authorize/after-consent.js';
import { continueAfterLogin } from '../authorize/after-login.js';
import type { IncomingRequest } from '../authorize/authorize.js';
import type { AddressedRequest, AuthorizationContext } from '../authorize/context.js';
import type { CookieToSet } from '../authorize/cookies.js';
import { browserHash, flowCookie, readCookie } from '../authorize/cookies.js';
import { deviceRequest } from '../authorize/flow-body.js';
import { lostCookie } from '../authorize/lost-cookie.js';
import { withParameter } from '../authorize/pages.js';
import { askForLogin } from '../authorize/start.js';
import { deviceQuery } from './accept-user-code.js';

export interface VerifyOutcome {
  /** Absolute URL. */
  readonly location: string;
  readonly cookies: readonly CookieToSet[];
}

/** Longer ones are not shown to the page: no code is that long. */
const longestUserCode = 64;

/** @throws {OAuthError} always for the person at the browser: the device learns the verdict when it polls */
export async function verifyUserCode(
  context: AuthorizationContext,
  incoming: IncomingRequest & { readonly address: string },
): Promise<VerifyOutcome> {
  const parameters = uniqueParameters(incoming.parameters, repeatableAuthorizationParameters);
  const deviceVerifier = parameters.get('device_verifier');
  const loginVerifier = parameters.get('login_verifier');
  const consentVerifier = parameters.get('consent_verifier');
  if ([deviceVerifier, loginVerifier, consentVerifier].every((verifier) => verifier === undefined)) {
    return askForCode(context, incoming, parameters.get('user_code') ?? '');
  }
  const request = await addressed(context, parameters, incoming);
  if (deviceVerifier !== undefined) return continueAfterCode(context, request, deviceVerifier);
  const { next, cookies } =
    loginVerifier === undefined
      ? await continueAfterConsent(context, request, consentVerifier ?? '')
      : await continueAfterLogin(context, request, loginVerifier);
  if (next.kind === 'client') throw new Error('a device flow has no client to answer');
  return { location: next.location, cookies };
}

/** The first leg. Writes nothing: a stranger costs no storage. */
function askForCode(
  { device, settings, clock, random }: AuthorizationContext,
  { cookies, address }: IncomingRequest & { readonly address: string },
  userCode: string,
): VerifyOutcome {
  const cookie = flowCookie(cookies, device.settings.csrfCookie, settings.interactionSeconds, () => random(24));
  const challenge = device.challenges.seal({
    expiresAt: Math.floor(clock.now() / 1000) + settings.interactionSeconds,
    browser: browserHash(cookie.value),
    address,
  });
  const page = withParameter(device.settings.pages.verification, 'device_challenge', challenge);
  const told = userCode !== '' && userCode !== maskedUserCode && userCode.length <= longestUserCode;
  return { location: told ? withParameter(page, 'user_code', userCode) : page, cookies: [cookie] };
}

/** The second leg: the browser shows that somebody typed a code in it, and is asked who that is. */
async function continueAfterCode(
  context: AuthorizationContext,
  request: AddressedRequest,
  text: string,
): Promise<VerifyOutcome> {
  const { device, settings, clock } = context;
  const verifier = device.verifiers.open(text, clock.now() / 1000);
  const cookie = readCookie(request.cookies, device.settings.csrfCookie);
  if (cookie === undefined || !timingSafeEqual(browserHash(cookie), verifier.browser)) {
    throw lostCookie(settings.issuer);
  }
  const code = await device.codes.findPending(verifier.device, clock.now());
  if (code === undefined) throw new OAuthError('invalid_request', 'The user code has expired, or was used meanwhile.');
  const { client } = request;
  if (code.clientId !== client.clientId) throw new OAuthError('invalid_client', 'The client is unknown.');
  const { scopes, audience } = device.openBody(code.key, code.body);
  checkDeviceRequest({ scopes, audience }, client, settings.policy.scopeStrategy);
  const flow = { key: code.key, expiresAt: code.expiresAt, scopes, audience };
  const { next, cookies } = await askForLogin(context, request, {
    asked: deviceRequest(client.clientId, flow),
    hint: undefined,
    query: deviceQuery(client.clientId),
    redirectUri: '',
    device: flow,
  });
  if (next.kind === 'client') throw new Error('a device flow has no client to answer');
  return { location: next.location, cookies };
}

/** There is no redirect URI in this flow: whatever goes wrong is shown to the person at the browser. */
async function addressed(
  { clients, settings }: AuthorizationContext,
  parameters: ReadonlyMap<string, string>,
  { cookies }: IncomingRequest,
): Promise<AddressedRequest> {
  const clientId = parameters.get('client_id');
  const resolved = clientId === undefined ? undefined : await clients.find(clientId);
  if (resolved === undefined) throw new OAuthError('invalid_client', 'The client is unknown.');
  const { issuer, hydraCompat } = settings;
  const errorPage = undefined;
  const target = { redirectUri: '', mode: 'query', state: undefined, issuer, hydraCompat, errorPage } as const;
  return { parameters, client: resolved.client, target, cookies };
}
