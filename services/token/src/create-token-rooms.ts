// Puts the token rooms together from what the service hands in; no secret and no setting is read elsewhere.
import type { Handlers, introspectionV1, signingV1, tokenV1, trustV1 } from '@cardea/rpc';
import type { Log, Metrics } from '@cardea/service';
import { createAccessTokenKeys } from './access-token-keys.js';
import { createAuthenticateClient } from './authenticate-client.js';
import type { TokenCache } from './cache/token-cache.js';
import { createVerifyClientAssertion } from './client-assertion.js';
import type { ClientKeys } from './client-keys.js';
import type { CachingClientResolver } from './client-resolver.js';
import type { ClientRooms } from './create-client-rooms.js';
import { createClientRooms } from './create-client-rooms.js';
import type { ClientSettings } from './client-settings.js';
import { createClientSecrets } from './client-secrets.js';
import { countGrants } from './count-grants.js';
import type { AuthorizeDevice } from './device/authorize-device.js';
import { createAuthorizeDevice } from './device/authorize-device.js';
import type { DeviceRooms } from './device/device-rooms.js';
import { createRedeemDeviceCode } from './device/redeem-device-code.js';
import { createEncrypt, encryptingSigner } from './encrypt.js';
import type { EventStream } from './event-stream/open-stream.js';
import type { Events } from './events.js';
import { createEvents } from './events.js';
import { createExchange } from './exchange.js';
import type { Handles } from './handles.js';
import { withHooks } from './hooks/hooks.js';
import { createIntrospection } from './introspect.js';
import { createIntrospectForClient } from './introspect-for-client.js';
import type { IssueFront } from './issue-front.js';
import { createIssueFront } from './issue-front.js';
import { createIssue } from './issue.js';
import { createLiveTokens } from './live-tokens.js';
import { createIssueCredential } from './credentials/issue-credential.js';
import { createCredentialNonces } from './credentials/nonces.js';
import { createDocuments } from './metadata.js';
import type { Outbound } from './outbound/index.js';
import { createMintAccessToken } from './mint-access-token.js';
import type { PageTokens } from './page-tokens.js';
import { createPageTokens } from './page-tokens.js';
import type { PublicKeys } from './public-keys.js';
import { createRedeemCode, createRedeemRefreshToken } from './redeem.js';
import { createClientQuota } from './rate-limit/client-quota.js';
import type { RateLimits } from './rate-limit/create-rate-limits.js';
import { createRevoke } from './revoke.js';
import { createIntrospectionHandlers } from './rpc/introspection.js';
import { createTokenHandlers } from './rpc/token.js';
import { createTrustedIssuerHandlers } from './rpc/trusted-issuer.js';
import { createSeal } from './seal.js';
import type { TokenSettings } from './settings.js';
import type { SigningClient } from './sign.js';
import { createSigner } from './sign.js';
import type { Clients } from './storage/clients.js';
import { createCodes } from './storage/codes.js';
import type { Database } from './storage/database.js';
import type { Families } from './storage/families.js';
import { createFamilies } from './storage/families.js';
import type { IssuedTokens } from './storage/issued-tokens.js';
import { createIssuedTokens } from './storage/issued-tokens.js';
import { createRefreshTokens } from './storage/refresh-tokens.js';
import { createReplays } from './storage/replays.js';
import { createAccessTokens } from './storage/tokens.js';
import { createTrustedIssuers } from './storage/trusted-issuers.js';
import { createRedeemAssertion } from './trust/redeem-assertion.js';
import { createUserinfo } from './userinfo.js';

export interface TokenRoomsOptions {
  readonly settings: TokenSettings;
  readonly clientSettings: ClientSettings;
  readonly database: Database;
  readonly cache: TokenCache;
  readonly handles: Handles;
  readonly clients: Clients;
  readonly resolver: CachingClientResolver;
  readonly keys: SigningClient;
  readonly publicKeys: PublicKeys;
  readonly outbound: Outbound;
  readonly clientKeys: ClientKeys;
  readonly device: DeviceRooms;
  readonly rateLimits: RateLimits;
  /** `secrets.system`, newest first. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where events go, and what they call a person. */
  readonly stream: Pick<EventStream, 'recorder' | 'personOf'>;
}

/** The handlers of the services these rooms answer, and the families others may have to bring down. */
export interface TokenRooms extends ClientRooms {
  readonly tokenHandlers: Handlers<typeof tokenV1.TokenServiceService>;
  readonly introspectionHandlers: Handlers<typeof introspectionV1.IntrospectionServiceService>;
  readonly trustedIssuerHandlers: Handlers<typeof trustV1.TrustedIssuerServiceService>;
  readonly families: Families;
  readonly issuedTokens: IssuedTokens;
  readonly pageTokens: PageTokens;
  readonly events: Events;
  /** The tokens of authorization responses. */
  readonly issueFront: IssueFront;
  readonly authorizeDevice: AuthorizeDevice;
}

export function createTokenRooms(options: TokenRoomsOptions): TokenRooms {
  const { settings, database, cache, handles, clients, resolver, keys, publicKeys, clientKeys, now, random } = options;
  const { issuer, publicUrl, hydraCompat, policy } = settings;
  const seal = (purpose: string) => createSeal(options.secrets, purpose, random);
  const seals = { code: seal('authorization_code'), access: seal('access_token'), refresh: seal('refresh_token') };
  const events = createEvents(options.log, options.metrics, options.stream.recorder);
  const secrets = createClientSecrets({
    seal: seal('client_secret'),
    hashers: options.clientSettings.hashers,
    secrets: options.secrets,
    random,
    now,
  });

  const tokens = createAccessTokens(database);
  const refreshTokens = createRefreshTokens(database, cache);
  const families = createFamilies(database, cache, options.stream.personOf);

  const accessTokenKeys = createAccessTokenKeys({ secrets: options.secrets, publicKeys, issuer });
  const { accessTokenFormat } = settings;
  const encrypt = createEncrypt(clientKeys);
  const signer = encryptingSigner(
    createSigner({ keys, publicKeys, issuer, accessTokenFormat, hydraCompat, random }),
    encrypt,
  );
  const replays = createReplays(database);
  const { endpoints } = settings;
  const assertion = createVerifyClientAssertion({
    issuer,
    endpoints,
    audience: settings.audiences.client,
    keys: clientKeys,
    secrets,
    replays,
    hydraCompat,
    now,
  });
  const authenticate = createAuthenticateClient({
    clients: resolver,
    secrets,
    assertion,
    events,
    limit: options.rateLimits.clientSecrets,
    strangers: options.rateLimits.unknownClients,
    hydraCompat,
  });
  const quota = createClientQuota(options.rateLimits.clientRequests);
  const live = createLiveTokens({
    handles,
    accessTokenKeys,
    seals,
    tokens,
    refreshTokens,
    cache,
    clients: resolver,
    now,
  });
  const mintAccessToken = createMintAccessToken({ settings, handles, seal: seals.access, signer, accessTokenKeys });
  const trusted = createTrustedIssuers(database);
  const nonces = createCredentialNonces(seal('credential_nonce'));
  const plainIssue = createIssue({ settings, handles, seals, signer, mintAccessToken, nonces });
  const issue = withHooks(plainIssue, { settings, outbound: options.outbound });
  const issueFront = createIssueFront({ settings, mintAccessToken, signer });
  const codes = createCodes(database);
  const uncounted = createExchange({
    settings,
    authenticate,
    quota,
    issue,
    redeemCode: createRedeemCode({ settings, handles, seals, codes, issue }),
    redeemDeviceCode: createRedeemDeviceCode({ settings, handles, device: options.device, issue }),
    redeemAssertion: createRedeemAssertion({ settings, trusted, replays, tokens, issue }),
    redeemRefreshToken: createRedeemRefreshToken({
      settings,
      handles,
      seals,
      refreshTokens,
      cache,
      issue,
      events,
      random,
    }),
    tokens,
    families,
    events,
    now,
  });
  const exchange = countGrants(uncounted, options.metrics);
  const { invalidate } = cache;
  const revoke = createRevoke({ authenticate, live, seals, tokens, refreshTokens, families, invalidate, events });
  const userinfo = createUserinfo({ live, clients: resolver, signer, encrypt, issuer, hydraCompat, now });
  const documents = createDocuments({ keys: publicKeys, issuer, publicUrl, features: settings.features });
  const introspection = createIntrospection({ live, issuer, scopeStrategy: policy.scopeStrategy });
  const issueCredential = createIssueCredential({
    live,
    clients: resolver,
    keys,
    nonces,
    issuer,
    publicUrl,
    random,
    now,
  });
  const introspectForClient = createIntrospectForClient({ authenticate, quota, introspection });
  const pageTokens = createPageTokens(seal('page_token'), now);

  return {
    tokenHandlers: createTokenHandlers({ exchange, revoke, userinfo, introspectForClient, issueCredential, documents }),
    introspectionHandlers: createIntrospectionHandlers(introspection),
    trustedIssuerHandlers: createTrustedIssuerHandlers({ trusted, pageTokens, events, random, hydraCompat }),
    ...createClientRooms({
      settings: options.clientSettings,
      clients,
      resolver,
      secrets,
      families,
      handles,
      outbound: options.outbound,
      registrationLimit: options.rateLimits.registrations,
      pageTokens,
      events,
      random,
    }),
    families,
    issuedTokens: createIssuedTokens(database, cache),
    pageTokens,
    events,
    issueFront,
    authorizeDevice: createAuthorizeDevice({
      settings,
      device: options.device,
      authenticate,
      handles,
      limit: options.rateLimits.deviceCodes,
      now,
    }),
  };
}

/** Lists the published keys over the signing client; what createPublicKeys asks. */
export function listPublicKeys(keys: SigningClient): () => Promise<readonly signingV1.PublicKey[]> {
  return async () => (await keys.listPublicKeys({})).keys;
}
