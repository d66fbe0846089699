// Verifies a JWT by which a client says that it is itself: private_key_jwt and client_secret_jwt (RFC 7523 §2.2 and §3,
// OpenID Connect Core §9).
import type { AssertionRules, AudienceRule, UnverifiedJwt } from '@cardea/oauth';
import {
  AssertionError,
  hmacHash,
  isOfType,
  jwsAlgorithm,
  OAuthError,
  readAssertion,
  registeredMethod,
  sharedSecretBytes,
} from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ClientKeys } from './client-keys.js';
import type { ResolvedClient } from './client-resolver.js';
import type { ClientSecrets } from './client-secrets.js';
import { OutboundError } from './outbound/index.js';
import type { Replays } from './storage/replays.js';
import { verifyJws } from './verify-jws.js';

/**
 * @returns why it is refused, for the log; undefined when the client is itself
 * @throws {OAuthError} jti_known in hydra-compat, temporarily_unavailable
 */
export type VerifyClientAssertion = (jwt: UnverifiedJwt, found: ResolvedClient) => Promise<string | undefined>;

/** How long an assertion may be good for, milliseconds. */
const longestMillis = 3_600_000;

export function createVerifyClientAssertion(options: {
  issuer: string;
  /** The token endpoint, by every name it has. */
  endpoints: readonly string[];
  audience: AudienceRule;
  keys: ClientKeys;
  secrets: ClientSecrets;
  replays: Replays;
  /** Hydra: RS256 unless registered, any lifetime, and a replay has an error of its own. */
  hydraCompat: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
}): VerifyClientAssertion {
  const { issuer, endpoints, audience, keys, secrets, replays, hydraCompat, now } = options;
  const rules: Omit<AssertionRules, 'now'> = {
    issuer,
    endpoints,
    audience,
    jtiOptional: false,
    iatOptional: true,
    longestMillis: hydraCompat ? Infinity : longestMillis,
  };

  const bySecret = ({ algorithm, input, signature }: UnverifiedJwt, { secretHashes }: ResolvedClient): boolean => {
    const hash = hmacHash(algorithm);
    if (hash === undefined) return false;
    return secrets.recover(secretHashes).some((secret) => {
      const mac = createHmac(hash, secret).update(input).digest();
      return secret.length >= sharedSecretBytes && mac.length === signature.length && timingSafeEqual(mac, signature);
    });
  };

  const byKey = async (jwt: UnverifiedJwt, client: clientV1.Client): Promise<boolean> => {
    if (jwsAlgorithm(jwt.algorithm) === undefined) return false;
    const candidates = await keys.find(client, { kid: jwt.keyId, alg: jwt.algorithm, use: 'sig' });
    return candidates.some((key) => verifyJws(jwt, key));
  };

  return async (jwt, found) => {
    const { client } = found;
    const shared = registeredMethod(client) === 'client_secret_jwt';
    const unregistered = hydraCompat && !shared ? 'RS256' : jwt.algorithm;
    const registered = client.tokenEndpointAuthSigningAlg;
    if (jwt.algorithm !== (registered === '' ? unregistered : registered)) return 'another algorithm is registered';
    if (!isOfType(jwt.type, ['client-authentication+jwt'])) return 'the assertion is something else by its type';
    try {
      if (!(shared ? bySecret(jwt, found) : await byKey(jwt, client)))
        return 'the signature is not by a key of the client';
      const assertion = readAssertion(jwt.claims, { ...rules, now: now() });
      if (assertion.issuer !== client.clientId || assertion.subject !== client.clientId) {
        return 'issuer and subject are not the client';
      }
      // Last, so that no failed attempt uses an assertion up.
      const names = ['client assertion', client.clientId, assertion.tokenId];
      if (await replays.use({ names, until: assertion.expiresAt })) return undefined;
    } catch (error) {
      if (error instanceof AssertionError) return error.message;
      if (error instanceof OutboundError) return `the keys of the client are not to be had: ${error.reason}`;
      throw error;
    }
    if (hydraCompat) throw new OAuthError('jti_known');
    return 'the assertion was used before';
  };
}
