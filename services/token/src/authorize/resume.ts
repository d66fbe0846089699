// What the second and third leg have in common: opening a verifier, and every reason not to go on with it.
// Nothing here changes a row, so a browser without its cookie burns nothing (security catalogue S01).
import type { FlowEvent, HandleKind, ResponseTarget } from '@cardea/oauth';
import {
  checkAuthorizationRequest,
  checkDeviceRequest,
  errorResponse,
  flowTransition,
  OAuthError,
  readResponseAddress,
} from '@cardea/oauth';
import { timingSafeEqual } from 'node:crypto';
import { denyDevice } from '../device/decide-device.js';
import type { FlowProof, FlowRef } from '../storage/flows.js';
import type { AddressedRequest, AuthorizationContext, AuthorizeOutcome } from './context.js';
import { clearedSession, requestUrl, sessionOfBrowser } from './context.js';
import { browserHash, flowCookieName, readCookie } from './cookies.js';
import type { FlowBody } from './flow-body.js';
import { lostCookie } from './lost-cookie.js';
import { startParameters, startRequest } from './flow-body.js';

/** A flow that this browser may move on. */
export interface ResumedFlow {
  readonly ref: FlowRef;
  readonly proof: FlowProof;
  readonly body: FlowBody;
  readonly asked: ReturnType<typeof startRequest>;
  readonly target: ResponseTarget;
}

/** What went wrong with a flow that was already used, or was not ours, in the client's words. */
export function spentVerifier(): OAuthError {
  return new OAuthError('access_denied', 'The verifier is unknown, expired, or was used before.');
}

interface Leg {
  readonly kind: HandleKind & ('login_verifier' | 'consent_verifier');
  readonly cookieName: string;
  readonly use: FlowEvent;
  readonly useRejection: FlowEvent & ('use_login_rejection' | 'use_consent_rejection');
}

/**
 * Opens a verifier for the browser that brought it.
 *
 * @returns the flow, or the answer to a rejection of the login or consent app
 * @throws {OAuthError} invalid_client for a page; everything else for the client
 */
export async function resumeFlow(
  context: AuthorizationContext,
  request: AddressedRequest,
  leg: Leg,
  verifier: string,
): Promise<ResumedFlow | AuthorizeOutcome> {
  const { settings, clock } = context;
  const opened = context.handles.open(leg.kind, verifier);
  if (opened === undefined || opened.expiresAt * 1000 <= clock.now()) throw spentVerifier();
  const ref = { id: Buffer.from(opened.entropy.subarray(0, 16)), expiresAt: opened.expiresAt };
  // A row that this process wrote with this very verifier is what it was then, or the step that follows does not happen.
  const row = context.flows.recall(ref, opened.key) ?? (await context.flows.find(ref));
  if (row === undefined) throw spentVerifier();
  if (row.clientId !== request.client.clientId) throw new OAuthError('invalid_client');

  const event = [leg.use, leg.useRejection].find((candidate) => 'to' in flowTransition(row.state, candidate));
  if (event === undefined || row.verifierKey === null || !same(row.verifierKey, opened.key)) throw spentVerifier();
  const cookie = readCookie(request.cookies, flowCookieName(leg.cookieName, row.clientId));
  const browser = cookie === undefined ? undefined : browserHash(cookie);
  if (browser === undefined || !same(browser, row.browser)) throw lostCookie(settings.issuer);

  const proof = { verifierKey: opened.key, browser, now: clock.now() };
  const body = context.bodies.open(ref.id, row.body);
  const asked = startRequest(body.start);
  const { device } = body.start;
  // A verifier is good at the endpoint it was made for: the address of a device flow is no redirect URI.
  if ((device !== undefined) !== (request.target.redirectUri === '')) throw spentVerifier();
  if (device !== undefined) {
    checkDeviceRequest(device, request.client, settings.policy.scopeStrategy);
    if (event === leg.useRejection) return denyDevice(context, leg.useRejection, ref, proof, body, device);
    return { ref, proof, body, asked, target: request.target };
  }
  // From here on the request is the one that was judged at the beginning, whatever this URL says now.
  const target = { ...request.target, ...readResponseAddress(startParameters(body.start), request.client) };
  checkAuthorizationRequest(asked, target.redirectUri, request.client, settings.policy);

  if (event === leg.useRejection) {
    if (!(await context.flows.refuse(leg.useRejection, ref, proof))) throw spentVerifier();
    const error = new OAuthError(body.rejection?.error ?? 'access_denied', body.rejection?.description);
    return { next: { kind: 'client', response: errorResponse(target, error) }, cookies: [] };
  }
  return { ref, proof, body, asked, target };
}

/**
 * The login session ended while an app was busy: asks again from the beginning, where somebody may log in.
 *
 * @throws {OAuthError} login_required when nobody may be asked
 */
export function startAgain(
  context: AuthorizationContext,
  { cookies }: AddressedRequest,
  { asked, body: { start } }: ResumedFlow,
): AuthorizeOutcome {
  if (asked.prompt.includes('none')) throw new OAuthError('login_required');
  const ended = sessionOfBrowser(context, cookies) === start.sessionId;
  return {
    next: { kind: 'interaction', location: requestUrl(context.settings, start) },
    cookies: ended ? [clearedSession(context.settings)] : [],
  };
}

const same = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
