// The token endpoint's shell: authenticates, loads, lets the grant decide, signs, stores, and only then answers
// (RFC 6749 §3.2, ARCHITECTURE §5).
import type { Decision, GrantType, Parameters } from '@cardea/oauth';
import {
  deviceGrantType,
  grantAllowed,
  grantTable,
  isGrantType,
  jwtBearerGrantType,
  OAuthError,
  uniqueParameters,
} from '@cardea/oauth';
import type { clientV1, tokenV1 } from '@cardea/rpc';
import type { AuthenticateClient } from './authenticate-client.js';
import type { Events } from './events.js';
import type { Issue } from './issue.js';
import type { ClientQuota } from './rate-limit/client-quota.js';
import type { Redeem } from './redeem.js';
import type { TokenSettings } from './settings.js';
import type { Families } from './storage/families.js';
import type { AccessTokens } from './storage/tokens.js';

/**
 * @param context.deadline when nobody waits any more, milliseconds since the epoch
 * @throws {OAuthError} of the grant
 */
export type Exchange = (
  request: Pick<tokenV1.IssueTokenRequest, 'authorization' | 'parameters' | 'clientAddress'>,
  context?: { readonly deadline: number },
) => Promise<tokenV1.IssueTokenResponse>;

/** A request whose client is known and may use the grant. */
export interface GrantCall {
  readonly client: clientV1.Client;
  readonly parameters: Parameters;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When nobody waits for the answer any more, milliseconds since the epoch. */
  readonly deadline: number | undefined;
}

/** Where parameters come from that newcomers do not find. */
const whence: Readonly<Record<string, string>> = {
  refresh_token: ' One comes with a login whose scope has offline_access, where the consent app grants it.',
};

/** Parameters that may repeat; their values are joined by spaces. */
const repeatable = ['audience'];

export function createExchange(options: {
  settings: TokenSettings;
  authenticate: AuthenticateClient;
  quota: ClientQuota | undefined;
  issue: Issue;
  redeemCode: Redeem;
  redeemRefreshToken: Redeem;
  redeemAssertion: Redeem;
  redeemDeviceCode: Redeem;
  tokens: AccessTokens;
  families: Families;
  events: Events;
  now: () => number;
}): Exchange {
  const { settings, authenticate, quota, issue, tokens, events } = options;

  const clientCredentials: Redeem = async (call) => {
    const { client, parameters, now } = call;
    const decision = grantTable.client_credentials.decide({
      client,
      parameters,
      presented: undefined,
      policy: settings.policy,
      now,
    });
    if (decision.kind === 'refuse') return decision;
    if (decision.kind === 'replay') throw new OAuthError('server_error');
    const issued = await issue(call, 'client_credentials', decision);
    await tokens.insert(issued.access);
    return issued.response;
  };
  const redeem: Readonly<Record<GrantType, Redeem>> = {
    authorization_code: options.redeemCode,
    refresh_token: options.redeemRefreshToken,
    client_credentials: clientCredentials,
    [jwtBearerGrantType]: options.redeemAssertion,
    [deviceGrantType]: options.redeemDeviceCode,
  };

  /** Whatever the refusal brings down is down before it is told. */
  const refused = async (client: clientV1.Client, grantType: string, decision: Refusal): Promise<OAuthError> => {
    const fields = { client_id: client.clientId, grant_type: grantType, error: decision.error.code };
    if (decision.event !== undefined) events.record(decision.event, { ...fields, grant_id: decision.fall ?? '' });
    if (decision.fall !== undefined) await options.families.fall(decision.fall);
    events.record('token_refused', { ...fields, reason: decision.error.message });
    return decision.error;
  };

  return async (request, context) => {
    const parameters = uniqueParameters(request.parameters, repeatable);
    const grantType = parameters.get('grant_type');
    if (grantType === undefined) throw new OAuthError('invalid_request', 'The parameter grant_type is missing.');
    if (!isGrantType(grantType))
      throw new OAuthError(settings.hydraCompat ? 'invalid_request' : 'unsupported_grant_type');
    const client = await authenticate(request.authorization, parameters, request.clientAddress);
    if (quota !== undefined) await quota(client, request.clientAddress);
    if (!grantAllowed(client, grantType)) {
      throw new OAuthError('unauthorized_client', `The client may not use the grant type ${grantType}.`);
    }
    const { presents } = grantTable[grantType];
    if (presents !== undefined && !parameters.has(presents)) {
      throw new OAuthError('invalid_request', `The parameter ${presents} is missing.${whence[presents] ?? ''}`);
    }
    const outcome = await redeem[grantType]({ client, parameters, now: options.now(), deadline: context?.deadline });
    if ('kind' in outcome) throw await refused(client, grantType, outcome);
    events.record('token_issued', { client_id: client.clientId, grant_type: grantType });
    return outcome;
  };
}

export type Refusal = Extract<Decision, { kind: 'refuse' }>;
