// Device codes are redeemed here: polled, judged by their grant, and used up in the statement that stores what comes of them
// (RFC 8628 §3.4).
import { decideDeviceCode, deviceGrantType, OAuthError } from '@cardea/oauth';
import type { Handles } from '../handles.js';
import type { Issue } from '../issue.js';
import type { Redeem } from '../redeem.js';
import type { TokenSettings } from '../settings.js';
import type { DeviceRooms } from './device-rooms.js';

export function createRedeemDeviceCode(options: {
  settings: TokenSettings;
  handles: Handles;
  device: DeviceRooms;
  issue: Issue;
}): Redeem {
  const { settings, handles, device, issue } = options;
  return async (call) => {
    const { client, parameters, now } = call;
    const opened = handles.open('device_code', parameters.get('device_code') ?? '');
    const row = opened && (await device.codes.poll(opened, client.clientId, now));
    const decision = decideDeviceCode({
      client,
      parameters,
      policy: settings.policy,
      now,
      presented: opened &&
        row && {
          ...row,
          expiresAt: opened.expiresAt,
          // Hydra never told a device to slow down, so there are devices that would not understand.
          tooFast: row.tooFast && !settings.hydraCompat,
          authorization: device.openBody(opened.key, row.body).authorization,
        },
    });
    if (decision.kind === 'refuse') return decision;
    if (decision.kind === 'replay' || opened === undefined) throw new OAuthError('server_error');
    const issued = await issue(call, deviceGrantType, decision);
    const { access, refresh } = issued;
    const { grantId } = decision.authorization;
    if (await device.codes.redeem({ device: opened, grantId, access, refresh, now })) return issued.response;
    return {
      kind: 'refuse',
      error: new OAuthError(
        'invalid_grant',
        'The device_code was used by another request, or revoked, at this moment.',
      ),
    };
  };
}
