// The device authorization endpoint: a device asks for a code to poll with and one to show (RFC 8628 §3.1, §3.2).
import { isPublicClient, OAuthError, readDeviceRequest, uniqueParameters } from '@cardea/oauth';
import type { authorizationV1 } from '@cardea/rpc';
import type { AuthenticateClient } from '../authenticate-client.js';
import type { Handles } from '../handles.js';
import { isPublicAddress } from '../outbound/addresses.js';
import type { RateLimit } from '../rate-limit/rate-limit.js';
import type { TokenSettings } from '../settings.js';
import type { DeviceRooms } from './device-rooms.js';

/** @throws {OAuthError} for the device */
export type AuthorizeDevice = (
  request: Pick<authorizationV1.AuthorizeDeviceRequest, 'authorization' | 'parameters' | 'clientAddress'>,
) => Promise<authorizationV1.AuthorizeDeviceResponse>;

/** How often another user code is made when the first is somebody else's: that it happens even once is unlikely. */
const attempts = 5;

export function createAuthorizeDevice(options: {
  settings: TokenSettings;
  device: DeviceRooms;
  authenticate: AuthenticateClient;
  handles: Handles;
  /** On codes for public clients. */
  limit: RateLimit;
  now: () => number;
}): AuthorizeDevice {
  const { settings, device, authenticate, handles, limit } = options;
  const { codeSeconds, intervalSeconds } = device.settings;
  const page = `${settings.publicUrl}/oauth2/device/verify`;

  return async ({ authorization, parameters: list, clientAddress }) => {
    const parameters = uniqueParameters(list, ['audience']);
    const client = await authenticate(authorization, parameters, clientAddress);
    const { hydraCompat, policy } = settings;
    const asked = readDeviceRequest(client, parameters, { hydraCompat, scopeStrategy: policy.scopeStrategy });
    // A confidential client answers for what it asks; an address that is not public may be everybody's.
    if (isPublicClient(client) && isPublicAddress(clientAddress)) {
      limit.check(client.clientId, clientAddress);
      await limit.failed(client.clientId, clientAddress);
    }
    const now = options.now();
    const requestedAt = Math.floor(now / 1000);
    const { handle, key, expiresAt } = handles.mint('device_code', requestedAt + codeSeconds);
    const body = device.sealBody(key, { ...asked, requestedAt });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const user = device.userCodes.make();
      const row = { key, expiresAt, clientId: client.clientId, userCodeKey: user.key, intervalSeconds, body, now };
      if (!(await device.codes.insert(row))) continue;
      return {
        deviceCode: handle,
        userCode: user.code,
        verificationUri: page,
        verificationUriComplete: `${page}?user_code=${encodeURIComponent(user.code)}`,
        expiresInSeconds: codeSeconds,
        intervalSeconds,
      };
    }
    throw new OAuthError('temporarily_unavailable', 'Too many user codes are in use; try again later.');
  };
}
