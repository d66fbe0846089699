// The device_code grant: the device polls until its person has decided (RFC 8628 §3.4 and §3.5).
import type { Authorization } from '../authorization.js';
import { OAuthError } from '../errors.js';
import type { Decision, GrantRequest } from './grant.js';
import { earnsRefreshToken, refuse } from './grant.js';

export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** How much slower a device polls that was told to slow down, seconds (RFC 8628 §3.5). */
export const slowDownSeconds = 5;

/** `pending` until somebody decides. One that was redeemed is gone. */
export type DeviceCodeState = 'pending' | 'approved' | 'denied';

/** A device code as the store knows it at this poll. */
export interface PresentedDeviceCode {
  readonly clientId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly state: DeviceCodeState;
  /** Whether the last poll was less than the interval ago. */
  readonly tooFast: boolean;
  /** Whether the consent still stands that approved it. */
  readonly standing: boolean;
  /** What was granted; undefined until somebody approves. */
  readonly authorization: Authorization | undefined;
}

/** At this endpoint every refusal is a 400 (RFC 6749 §5.2). */
const denied = (): Decision => ({
  kind: 'refuse',
  error: new OAuthError('access_denied', 'The end user denied the request.', { status: 400 }),
});

/**
 * @param request.presented undefined when the code is forged, unknown, used or long gone
 */
export function decideDeviceCode(request: GrantRequest<PresentedDeviceCode | undefined>): Decision {
  const { client, presented: code, now } = request;
  if (code === undefined) return refuse('invalid_grant', 'The device_code is unknown, or was used before.');
  // Nothing is told of somebody else's code, not even whether it is still good.
  if (code.clientId !== client.clientId)
    return refuse('invalid_grant', 'The device_code was issued to another client.');
  if (code.state === 'denied') return denied();
  if (code.expiresAt * 1000 <= now) return refuse('expired_token', 'The device_code has expired; begin again.');
  if (code.state === 'pending' || code.authorization === undefined) {
    return code.tooFast
      ? refuse('slow_down', `Polling came too fast: wait ${String(slowDownSeconds)} seconds longer from now on.`)
      : refuse('authorization_pending', 'The end user has not answered yet.');
  }
  if (!code.standing) return refuse('invalid_grant', 'The authorization was revoked.');
  const { authorization } = code;
  return {
    kind: 'issue',
    authorization,
    refresh: earnsRefreshToken(client, authorization.scopes) ? authorization : undefined,
    idToken: authorization.scopes.includes('openid'),
  };
}
