// The verification page's side: somebody typed a user code (RFC 8628 §3.3, hydra-wire §1.6).
import { maskedUserCode, OAuthError } from '@cardea/oauth';
import type { interactionV1 } from '@cardea/rpc';
import type { AuthorizationContext } from '../authorize/context.js';
import { requestUrl } from '../authorize/context.js';
import { withParameter } from '../authorize/pages.js';
import { isPublicAddress } from '../outbound/addresses.js';
import type { DeviceRooms } from './device-rooms.js';

/** One text for a code that never was, that has expired, and that was used: guessing teaches nothing. */
const unknownUserCode = () =>
  new OAuthError('invalid_request', 'The user_code is unknown, has expired, or was used before.');

/**
 * May be repeated until somebody has decided.
 *
 * @throws {OAuthError} not_found, request_unauthorized (expired), invalid_request for a code that is none, rate_limited
 *   after too many of those
 */
export async function acceptUserCode(
  context: Pick<AuthorizationContext, 'settings' | 'clock'> & { readonly device: DeviceRooms },
  { challenge, userCode }: interactionV1.AcceptUserCodeRequest,
): Promise<interactionV1.AcceptUserCodeResponse> {
  const { device, settings, clock } = context;
  if (challenge === '') throw new OAuthError('invalid_request', 'The device_challenge is missing.');
  if (userCode === '') throw new OAuthError('invalid_request', 'The user_code is missing.');
  const opened = device.challenges.open(challenge, clock.now() / 1000);
  // An address that is not public may be a proxy's, and so everybody's: then the browser stands for it.
  const shared = !isPublicAddress(opened.address);
  const [browser, address] = shared ? [opened.browser.toString('base64url'), ''] : ['', opened.address];
  device.limit.check(browser, address);
  const keys = device.userCodes.keys(userCode);
  const found = keys && (await device.codes.findByUserCode(keys, clock.now()));
  if (found === undefined) {
    await device.limit.failed(browser, address);
    throw unknownUserCode();
  }
  const verifier = device.verifiers.seal({ ...opened, device: found });
  const query = deviceQuery(found.clientId);
  return { redirectTo: withParameter(requestUrl(settings, { query, device: found }), 'device_verifier', verifier) };
}

/** The request as every page and log may know it: the user code never stands in it. */
export function deviceQuery(clientId: string): string {
  return new URLSearchParams({ client_id: clientId, user_code: maskedUserCode }).toString();
}
