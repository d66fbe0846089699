// The table of grants: a new one is one file beside this and one line in it.
import { decideAuthorizationCode } from './authorization-code.js';
import { decideClientCredentials } from './client-credentials.js';
import { decideDeviceCode, deviceGrantType } from './device-code.js';
import { decideJwtBearer, jwtBearerGrantType } from './jwt-bearer.js';
import { decideRefreshToken } from './refresh-token.js';

/** Everything the shell must know of each grant type; `presents` names the parameter that carries what is redeemed. */
export const grantTable = {
  authorization_code: { presents: 'code', decide: decideAuthorizationCode },
  refresh_token: { presents: 'refresh_token', decide: decideRefreshToken },
  client_credentials: { presents: undefined, decide: decideClientCredentials },
  [deviceGrantType]: { presents: 'device_code', decide: decideDeviceCode },
  [jwtBearerGrantType]: { presents: 'assertion', decide: decideJwtBearer },
} as const;

export type GrantType = keyof typeof grantTable;

export const grantTypes = Object.keys(grantTable) as readonly GrantType[];

export function isGrantType(name: string): name is GrantType {
  return Object.hasOwn(grantTable, name);
}
