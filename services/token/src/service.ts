// The token service, wired by hand: PostgreSQL and Redis, the signer behind it, all OAuth rules, and who may ask for what.
import type { AllowList } from '@cardea/rpc';
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
import type { Service } from '@cardea/service';
import { listenDsn, required, securityOf } from '@cardea/service';
import { listen } from './announcements.js';
import { createAuthorizationContext } from './authorize/create-context.js';
import { authorizationSettings } from './authorize/settings.js';
import { openTokenCache } from './cache/create-cache.js';
import { createClientKeys } from './client-keys.js';
import { createClientResolver } from './client-resolver.js';
import { clientSettings } from './client-settings.js';
import { watchClock } from './clock-watch.js';
import { createTokenRooms, listPublicKeys } from './create-token-rooms.js';
import { edgeServices } from './edge-services.js';
import { createEncrypt } from './encrypt.js';
import { connectSigner } from './connect-signer.js';
import { createDeviceRooms } from './device/device-rooms.js';
import { deviceSettings } from './device/settings.js';
import { createHandles } from './handles.js';
import { createJobDesk } from './jobs/job-desk.js';
import { startPayingSessionDebts } from './logout/session-debts.js';
import { sessionServices } from './logout/session-services.js';
import { requireSchema } from './migrations.js';
import { createOutbound, outboundPolicy } from './outbound/index.js';
import { createPublicKeys } from './public-keys.js';
import { openRateLimits, rateLimitSettings } from './rate-limit/create-rate-limits.js';
import { createAuthorizationHandlers } from './rpc/authorization.js';
import { createInteractionHandlers } from './rpc/interaction.js';
import { systemSecrets, tokenSettings } from './settings.js';
import { createClients } from './storage/clients.js';
import { openDatabase } from './storage/database.js';
import { createSessionEnds } from './storage/session-ends.js';

export const service: Service = {
  name: 'token',
  async start(config, host) {
    const { now, random, log, metrics } = host;
    const secrets = systemSecrets(config);
    const settings = tokenSettings(config);
    const dsn = required(config.dsn, 'dsn');

    const { pooler } = config.database;
    const database = openDatabase(dsn, log, { pooler });
    host.onStop(() => database.end());
    await requireSchema(host, database);
    const clock = await watchClock(host, database);
    host.onStop(() => clock.close());

    const handles = createHandles({ secrets, random, prefix: settings.tokenPrefix });
    const clients = createClients(database);
    const resolver = createClientResolver({ clients, listenDsn: listenDsn(config), log, now });
    host.onStop(() => resolver.close());
    const cache = openTokenCache({ url: config.redis.url, database, secrets, random, now, log, metrics });
    host.onStop(() => cache.close());

    const signer = connectSigner(config, host, database);
    const { keys } = signer;
    const publicKeys = createPublicKeys({ list: listPublicKeys(keys), log, now });
    host.onStop(() => publicKeys.close());
    const keyNews = listen(listenDsn(config), {
      ...{ channel: 'cardea_keys', log, deaf: 'key changes cannot be heard; keys are read every few seconds' },
      heard: () => publicKeys.announced(),
      connected: () => undefined,
    });
    host.onStop(() => keyNews.close());

    const outbound = createOutbound(outboundPolicy(config), { log });
    host.onStop(() => outbound.close());
    const clientKeys = createClientKeys({ outbound, now });

    const rateLimits = openRateLimits({
      settings: rateLimitSettings(config),
      url: config.redis.url,
      secrets,
      random,
      now,
      log,
      metrics,
    });
    host.onStop(() => rateLimits.close());
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
      device,
      clientKeys,
      outbound,
      settings: authorizationSettings(config),
      clock: { now },
      random,
    });

    const debts = startPayingSessionDebts({ ends: createSessionEnds(database), issuedTokens: rooms.issuedTokens, log });
    host.onStop(() => debts.close());

    const desk = createJobDesk(config.redis.queueUrl ?? config.redis.url, log);
    host.onStop(() => desk.close());

    const { introspect } = rooms.introspectionHandlers;
    const { address, tls, allow } = config.serve.token;
    const only = (...names: readonly (readonly string[])[]): AllowList => ({ '*': names.flat() });
    const { gateway, admin, introspection } = allow;
    await host.serveGrpc(
      address,
      securityOf(tls, 'serve.token'),
      [
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
        ...edgeServices({ database, desk, clients: resolver, introspect, secrets, now, random, allow }),
        ...sessionServices({ database, context, rooms, keys, encrypt: createEncrypt(clientKeys), allow }),
        implement(introspectionV1.IntrospectionServiceService, rooms.introspectionHandlers, only(admin, introspection)),
        // For workers, which have no way to the keys service.
        implement(signatureRecordV1.SignatureRecordServiceService, signer.record, only(allow.worker)),
      ].map(clock.guard),
      { reflection: true },
    );
  },
};
