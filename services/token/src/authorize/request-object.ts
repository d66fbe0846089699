// Gets a request object, by value or from the address its client registered, and verifies who signed it
// (OpenID Connect Core §6.1-6.3; security catalogue E and G).
import type { Parameters, RequestObjectMerge } from '@cardea/oauth';
import {
  checkRequestObjectHeader,
  checkRequestUri,
  mergeRequestObject,
  OAuthError,
  parseJwt,
  requestObjectUse,
} from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { ClientKeys } from '../client-keys.js';
import type { Outbound } from '../outbound/index.js';
import { OutboundError } from '../outbound/index.js';
import type { Replays } from '../storage/replays.js';
import { verifyJws } from '../verify-jws.js';

export interface RequestObjectSettings {
  readonly byValue: boolean;
  readonly byReference: boolean;
  readonly merge: RequestObjectMerge;
  readonly unsigned: boolean;
}

/**
 * The request that parameters and their object make together; the parameters themselves where we take no objects, which is
 * then for the client to hear.
 *
 * @throws {OAuthError} what must be shown on a page: where to answer may stand in the very object that is wrong
 */
export type ReadRequestObject = (parameters: Parameters, client: clientV1.Client) => Promise<Parameters>;

/** Whether a request has an object at all. */
export const hasRequestObject = (parameters: Parameters): boolean =>
  parameters.has('request') || parameters.has('request_uri');

const fetchOptions = { maxBytes: 64 * 1024, timeoutMillis: 3_000, purpose: 'request object' };

export function createReadRequestObject(options: {
  settings: RequestObjectSettings;
  issuer: string;
  keys: ClientKeys;
  outbound: Pick<Outbound, 'getText'>;
  replays: Replays;
  /** Milliseconds. */
  clock: { now(): number };
}): ReadRequestObject {
  const { settings, issuer, keys, outbound, replays, clock } = options;

  const fetchObject = async (uri: string, client: clientV1.Client): Promise<string> => {
    checkRequestUri(uri, client, settings.merge);
    try {
      return (await outbound.getText(uri.split('#', 1)[0] ?? '', fetchOptions)).body.trim();
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new OAuthError('invalid_request_uri', 'The request_uri could not be read.', { cause: error });
    }
  };

  const candidates = async (client: clientV1.Client, kid: string | undefined, alg: string) => {
    try {
      return await keys.find(client, { kid, alg, use: 'sig' });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new OAuthError('invalid_request_object', 'The keys of the client could not be read.', { cause: error });
    }
  };

  return async (parameters, client) => {
    const value = parameters.get('request');
    const uri = parameters.get('request_uri');
    if (value !== undefined && uri !== undefined) {
      throw new OAuthError('invalid_request', 'The request and request_uri parameters exclude each other.');
    }
    if (settings.merge === 'hydra' && !(parameters.get('scope') ?? '').split(' ').includes('openid')) {
      return new Map([...parameters].filter(([name]) => name !== 'request' && name !== 'request_uri'));
    }
    if (value === undefined ? !settings.byReference : !settings.byValue) return parameters;

    if (client.jwksJson.length === 0 && client.jwksUri === '') {
      throw new OAuthError('invalid_request', 'The client has no keys registered to sign requests with.');
    }
    const jwt = parseJwt(value ?? (await fetchObject(uri ?? '', client)), { unsigned: settings.unsigned });
    if (jwt === undefined) throw new OAuthError('invalid_request_object', 'The request object is not a signed JWT.');
    const rules = { ...settings, issuer, now: clock.now() / 1000 };
    const found = checkRequestObjectHeader(jwt, client, rules)
      ? await candidates(client, jwt.keyId, jwt.algorithm)
      : undefined;
    if (found?.some((key) => verifyJws(jwt, key)) === false) {
      throw new OAuthError('invalid_request_object', 'The request object is not signed by a key of the client.');
    }
    const merged = mergeRequestObject(parameters, jwt.claims, client, rules);
    const use = requestObjectUse(jwt.claims, rules);
    // Last, so that nothing but a good request uses it up.
    if (use !== undefined) {
      const names = ['request object', client.clientId, use.tokenId];
      if (!(await replays.use({ names, until: use.expiresAt })))
        throw new OAuthError('invalid_request_object', 'The request object was used before.');
    }
    return merged;
  };
}
