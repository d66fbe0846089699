// The gateway, wired by hand: configuration, the token service behind it, the table of public routes.
import type { WriteError } from '@cardea/http';
import { createApp, healthRoutes } from '@cardea/http';
import { authorizationV1, clientOriginV1, clientV1, tokenV1 } from '@cardea/rpc';
import type { Host, Service } from '@cardea/service';
import { createClientAddress } from './client-address.js';
import { createDocument } from './documents.js';
import { createClientCall } from './client-call.js';
import { createFairShare } from './fair-share.js';
import { listenerOptions, publicTls } from './listener.js';
import { authorizeRoutes } from './routes/authorize.js';
import { deviceRoutes } from './routes/device.js';
import { fallbackRoutes } from './routes/fallbacks.js';
import { registrationRoutes } from './routes/register.js';
import { sessionRoutes } from './routes/session.js';
import { credentialRoutes } from './routes/credentials.js';
import { introspectionRoutes } from './routes/introspect.js';
import { tokenRoutes } from './routes/token.js';
import { userinfoRoutes } from './routes/userinfo.js';
import { wellKnownRoutes } from './routes/well-known.js';
import { gatewaySettings } from './settings.js';

/** A key that has to sign at once, in an emergency, is unknown to verifiers until the next look. */
const refreshMillis = 1_000;
/** There a new key signs a second after it was made. */
const compatibleRefreshMillis = 250;

export const service: Service = {
  name: 'gateway',
  async start(config, host) {
    const peer = host.connect('token');
    const token = peer.client(tokenV1.TokenServiceService, { hot: true });
    const authorization = peer.client(authorizationV1.AuthorizationServiceService, { hot: true });
    const origins = peer.client(clientOriginV1.ClientOriginServiceService, { hot: true });
    const registration = peer.client(clientV1.ClientRegistrationServiceService);
    host.checks.add('token', async () => {
      if (!(await peer.ready())) throw new Error('the token service is not ready');
    });

    const interval = config.profile === 'hydra-compat' ? compatibleRefreshMillis : refreshMillis;
    const jwks = publicDocument(host, 'jwks', interval, async () => (await token.getJsonWebKeySet({})).document);
    const metadata = publicDocument(
      host,
      'metadata',
      interval,
      async () => (await token.getProviderMetadata({})).document,
    );
    host.checks.add('documents', async () => {
      // Asks once more rather than waiting for the next round: a start is not ready a moment later than it could be.
      if (!jwks.fetched() || !metadata.fetched()) await Promise.all([jwks.refresh(), metadata.refresh()]);
      if (!jwks.fetched() || !metadata.fetched()) throw new Error('the public documents have not been fetched yet');
    });

    const share = createFairShare();
    const app = createApp(host, { manner: 'oauth', routes: [], tls: publicTls(config, host) });
    const answering = await host.follow((current) => {
      const settings = gatewaySettings(current, host.now);
      const addressOf = createClientAddress(current.serve.public.trustedProxies, (address) =>
        host.log.warn(
          { address },
          'requests come with X-Forwarded-For; if it is a proxy of yours that writes it, name it in serve.public.trusted_proxies',
        ),
      );
      const clientCall = createClientCall(addressOf, share);
      return app.prepare({
        ...listenerOptions(current, origins),
        routes: [
          ...tokenRoutes(token, clientCall),
          ...introspectionRoutes(token, clientCall),
          ...credentialRoutes(token),
          ...wellKnownRoutes({ jwks, metadata }, settings),
          ...userinfoRoutes(token, (): WriteError => app.writeError),
          ...authorizeRoutes(authorization, { settings, log: host.log }),
          ...deviceRoutes(authorization, {
            settings,
            log: host.log,
            writeError: (): WriteError => app.writeError,
            addressOf,
          }),
          ...registrationRoutes(registration, {
            addressOf,
            publicUrl: (current.urls.self.public ?? settings.issuer).replace(/\/+$/, ''),
            hydraCompat: current.profile === 'hydra-compat',
          }),
          ...healthRoutes(host, {
            prefix: '',
            reasons: 'hidden',
            logged: !current.serve.public.requestLog.disableForHealth,
          }),
          ...(settings.watchedCookie === undefined ? [] : sessionRoutes(settings.watchedCookie)),
          ...fallbackRoutes(),
        ],
      });
    });
    app.answerBy(answering);
    await host.serveHttp(config.serve.public, app.server);
  },
};

function publicDocument(host: Host, name: string, intervalMillis: number, fetch: () => Promise<Buffer>) {
  const document = createDocument({
    fetch,
    intervalMillis,
    failed: (error) =>
      host.log.warn(
        { document: name, err: error instanceof Error ? error.message : String(error) },
        'a public document could not be refreshed',
      ),
  });
  host.onStop(() => document.stop());
  return document;
}
