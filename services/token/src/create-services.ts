// The services of token as one configuration has them: all that its settings and secrets decide, over what stays as long as the process.
import type { AllowList, ServedService } from '@cardea/rpc';
import {
  authorizationV1,
  clientV1,
  implement,
  interactionV1,
  introspectionV1,
  signatureRecordV1,
  tokenV1,
  trustV1,
} from '@cardea/rpc';
import type { Config, Host } from '@cardea/service';
import { createAuthorizationContext } from './authorize/create-context.js';
import { authorizationSettings } from './authorize/settings.js';
import { openTokenCache } from './cache/create-cache.js';
import { createClientKeys } from './client-keys.js';
import type { CachingClientResolver } from './client-resolver.js';
import { clientSettings } from './client-settings.js';
import type { ConnectedSigner } from './connect-signer.js';
import { createTokenRooms } from './create-token-rooms.js';
import { createDeviceRooms } from './device/device-rooms.js';
import { deviceSettings } from './device/settings.js';
import { edgeServices } from './edge-services.js';
import { createEncrypt } from './encrypt.js';
import type { EventStream } from './event-stream/open-stream.js';
import { createHandles } from './handles.js';
import type { JobDesk } from './jobs/job-desk.js';
import { startPayingSessionDebts } from './logout/session-debts.js';
import { sessionServices } from './logout/session-services.js';
import { createOutbound, outboundPolicy } from './outbound/index.js';
import type { PublicKeys } from './public-keys.js';
import { openRateLimits, rateLimitSettings } from './rate-limit/create-rate-limits.js';
import { createAuthorizationHandlers } from './rpc/authorization.js';
import { createInteractionHandlers } from './rpc/interaction.js';
import { systemSecrets, tokenSettings } from './settings.js';
import type { Clients } from './storage/clients.js';
import type { Database } from './storage/database.js';
import { createSessionEnds } from './storage/session-ends.js';

/** What stays while configurations come and go. */
export interface Standing {
  readonly database: Database;
  readonly clients: Clients;
  readonly resolver: CachingClientResolver;
  readonly signer: ConnectedSigner;
  readonly publicKeys: PublicKeys;
  readonly desk: JobDesk;
  readonly stream: EventStream;
}

/**
 * Two of them may stand side by side, as two processes do.
 *
 * @param onEnd what to close when another has taken the place
 * @throws {ConfigError} naming the setting
 */
export function createServices(
  config: Config,
  host: Host,
  { database, clients, resolver, signer, publicKeys, desk, stream }: Standing,
  onEnd: (close: () => void) => void,
): readonly ServedService[] {
  const { now, random, log, metrics, tracing } = host;
  const secrets = systemSecrets(config);
  const settings = tokenSettings(config);
  const handles = createHandles({ secrets, random, prefix: settings.tokenPrefix });
  const { keys } = signer;
  const cache = openTokenCache({ url: config.redis.url, database, secrets, random, now, log, metrics, tracing });
  onEnd(() => cache.close());

  const outbound = createOutbound(outboundPolicy(config), { log, tracing });
  onEnd(() => outbound.close());
  const clientKeys = createClientKeys({ outbound, now });

  const rateLimits = openRateLimits({
    settings: rateLimitSettings(config),
    url: config.redis.url,
    secrets,
    random,
    now,
    log,
    metrics,
    tracing,
  });
  onEnd(() => rateLimits.close());
  const device = createDeviceRooms({
    database,
    secrets,
    settings: deviceSettings(config),
    limit: rateLimits.userCodes,
    random,
  });
  const rooms = createTokenRooms({
    settings,
    rateLimits,
    device,
    clientSettings: clientSettings(config),
    database,
    cache,
    handles,
    clients,
    resolver,
    keys,
    publicKeys,
    outbound,
    clientKeys,
    secrets,
    now,
    random,
    log,
    metrics,
    stream,
  });
  const context = createAuthorizationContext({
    database,
    handles,
    clients: resolver,
    secrets,
    publicKeys: () => publicKeys.all(),
    issueFront: rooms.issueFront,
    issuedTokens: rooms.issuedTokens,
    events: rooms.events,
    stream,
    device,
    clientKeys,
    outbound,
    settings: authorizationSettings(config),
    clock: { now },
    random,
  });

  const debts = startPayingSessionDebts({ ends: createSessionEnds(database), issuedTokens: rooms.issuedTokens, log });
  onEnd(() => debts.close());

  const { introspect } = rooms.introspectionHandlers;
  const { allow } = config.serve.token;
  const only = (...names: readonly (readonly string[])[]): AllowList => ({ '*': names.flat() });
  const { gateway, admin, introspection } = allow;
  return [
    implement(tokenV1.TokenServiceService, rooms.tokenHandlers, only(gateway)),
    implement(
      authorizationV1.AuthorizationServiceService,
      createAuthorizationHandlers(context, rooms.authorizeDevice),
      only(gateway),
    ),
    implement(interactionV1.InteractionServiceService, createInteractionHandlers(context), only(admin)),
    implement(clientV1.ClientServiceService, rooms.clientHandlers, only(admin)),
    implement(clientV1.ClientRegistrationServiceService, rooms.clientRegistrationHandlers, only(gateway)),
    implement(trustV1.TrustedIssuerServiceService, rooms.trustedIssuerHandlers, only(admin)),
    ...edgeServices({ database, desk, clients: resolver, introspect, secrets, now, random, stream, allow }),
    ...sessionServices({ database, context, rooms, keys, encrypt: createEncrypt(clientKeys), allow }),
    implement(introspectionV1.IntrospectionServiceService, rooms.introspectionHandlers, only(admin, introspection)),
    // For workers, which have no way to the keys service.
    implement(signatureRecordV1.SignatureRecordServiceService, signer.record, only(allow.worker)),
  ];
}
