// Client authentication at the token endpoint and its neighbours: the registered way, or none at all (RFC 6749 §2.3, §5.2).
import type { Parameters } from '@cardea/oauth';
import { isAssertionMethod, OAuthError, parseJwt, readCredentials, registeredMethod } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { VerifyClientAssertion } from './client-assertion.js';
import type { ClientResolver } from './client-resolver.js';
import type { ClientSecrets } from './client-secrets.js';
import type { Events } from './events.js';
import type { RateLimit } from './rate-limit/rate-limit.js';
import type { StoredClient } from './storage/clients.js';

/**
 * @param authorization the Authorization header; empty when absent
 * @param address where the request came from, whose wrong secrets are counted; empty when it is not known
 * @throws {OAuthError} invalid_client for everything but a malformed request, rate_limited after too many wrong secrets;
 *   which part was wrong is not told
 */
export type AuthenticateClient = (
  authorization: string,
  parameters: Parameters,
  address: string,
) => Promise<clientV1.Client>;

export function createAuthenticateClient(options: {
  clients: ClientResolver;
  secrets: ClientSecrets;
  assertion: VerifyClientAssertion;
  events: Events;
  /** Wrong secrets of clients there are, and of ids that nobody has. */
  limit: RateLimit;
  strangers: RateLimit;
  /** Hydra answers invalid_request when there are no readable credentials at all. */
  hydraCompat: boolean;
}): AuthenticateClient {
  const { clients, secrets, assertion, events, limit, strangers, hydraCompat } = options;

  /** @param known the client, where there is one of that id: whoever has none may have sent a secret in its place */
  const refuse = (clientId: string, reason: string, known?: StoredClient): OAuthError => {
    const knownClient = known?.client.clientId ?? '';
    events.record('client_authentication_failed', {
      ...{ client_id: clientId.slice(0, 255), reason, known_client: knownClient },
    });
    return new OAuthError('invalid_client');
  };

  /** The client says who it is in the assertion; nothing in that is believed before the signature was checked. */
  const byAssertion = async (text: string, claimed: string | undefined): Promise<clientV1.Client> => {
    const jwt = parseJwt(text);
    const subject = jwt?.claims['sub'];
    if (jwt === undefined || typeof subject !== 'string') throw refuse(claimed ?? '', 'the assertion is not readable');
    if (claimed !== undefined && claimed !== subject) throw refuse(claimed, 'the assertion is of another client');
    const found = await clients.find(subject);
    if (found === undefined) throw refuse(subject, 'unknown client');
    if (!isAssertionMethod(registeredMethod(found.client)))
      throw refuse(subject, 'another method is registered', found);
    const reason = await assertion(jwt, found);
    if (reason !== undefined) throw refuse(subject, reason, found);
    return found.client;
  };

  return async (authorization, parameters, address) => {
    const credentials = readCredentials(authorization, parameters, hydraCompat);
    if (credentials === undefined) {
      if (hydraCompat) throw new OAuthError('invalid_request', 'The request has no client credentials.');
      throw refuse('', 'no credentials');
    }
    if (credentials.method === 'assertion') return byAssertion(credentials.assertion, credentials.clientId);
    const { clientId, method } = credentials;
    const found = await clients.find(clientId);
    const fits = found !== undefined && registeredMethod(found.client) === method;
    const otherwise = found === undefined ? 'unknown client' : 'another method is registered';
    if (method === 'none') {
      if (fits) return found.client;
      throw refuse(clientId, otherwise, found);
    }
    // From here on, who is not there costs what a wrong secret costs, and has to wait as long (security catalogue J06).
    const counted = found === undefined ? strangers : limit;
    counted.check(clientId, address);
    const right = await secrets.verify(clientId, credentials.secret, found?.secretHashes ?? []);
    if (fits && right) return found.client;
    const refusal = refuse(clientId, fits ? 'wrong secret' : otherwise, found);
    // The right secret by another method than the registered one is no guess: some libraries find the method out by trying.
    if (!right) await counted.failed(clientId, address);
    throw refusal;
  };
}
