// The admin service, wired by hand: configuration, the token and keys services behind it, the table of admin routes.
import type { Request } from '@cardea/http';
import { createApp, healthRoutes } from '@cardea/http';
import { auditV1, clientV1, interactionV1, introspectionV1, jsonWebKeyV1, sessionV1, trustV1 } from '@cardea/rpc';
import type { Service } from '@cardea/service';
import { securityOf } from '@cardea/service';
import { readFileSync } from 'node:fs';
import { adminErrorBody } from './error-body.js';
import { checkExposure } from './exposure.js';
import { clientChangeRoutes } from './routes/client-changes.js';
import { clientRoutes } from './routes/clients.js';
import { interactionRoutes } from './routes/interactions.js';
import { introspectionRoutes } from './routes/introspect.js';
import { keyRoutes } from './routes/keys.js';
import { operationRoutes } from './routes/operations.js';

import { sessionRoutes } from './routes/sessions.js';
import { trustRoutes } from './routes/trust.js';
export const service: Service = {
  name: 'admin',
  async start(config, host) {
    checkExposure(config.serve.admin);
    const connect = (name: 'token' | 'keys') => {
      const { addresses, tls } = config.peers[name];
      return host.connect(
        addresses.length > 0 ? addresses : [config.serve[name].address],
        securityOf(tls, `peers.${name}`),
      );
    };
    const peer = connect('token');
    const introspection = peer.client(introspectionV1.IntrospectionServiceService, {
      hot: true,
      idempotent: ['introspect', 'introspectBatch'],
    });
    const interactions = peer.client(interactionV1.InteractionServiceService, {
      hot: true,
      idempotent: ['getLoginRequest', 'getConsentRequest', 'getLogoutRequest'],
    });
    const clients = peer.client(clientV1.ClientServiceService);
    const keys = connect('keys').client(jsonWebKeyV1.JsonWebKeyServiceService);
    const trust = peer.client(trustV1.TrustedIssuerServiceService);
    const sessions = peer.client(sessionV1.SessionServiceService);
    host.checks.add('token', async () => {
      if (!(await peer.ready())) throw new Error('the token service is not ready');
    });

    const { issuer, public: publicUrl } = config.urls.self;
    const app = createApp(host, {
      prefix: '/admin',
      wrongMethod: 404,
      admit: refuseOtherSites,
      errorBody: adminErrorBody,
      errorContentType: 'application/json',
      routes: [
        ...introspectionRoutes(introspection),
        ...interactionRoutes(interactions),
        ...audit.of([
          ...clientChangeRoutes(clients),
          ...clientRoutes(clients, (publicUrl ?? issuer)?.replace(/\/+$/, '')),
          ...trustRoutes(trust),
          ...sessionRoutes(sessions),
          ...keyRoutes(keys, issuer?.replace(/\/+$/, '')),
        ]),
        ...auditEventRoutes(auditor),
        ...healthRoutes(host, {
          prefix: '/admin',
          reasons: 'shown',
          logged: !config.serve.admin.requestLog.disableForHealth,
        }),
        ...operationRoutes(host, ownVersion()),
      ],
    });
    await host.serveHttp(config.serve.admin, app.server);
  },
};

/**
 * Loopback is reachable for every page in a developer's browser, and without authentication a plain form could create
 * clients. Browsers say where such a request comes from (Fetch Metadata §2.2); servers and SDKs say nothing.
 */
function refuseOtherSites(request: Request): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return;
  if (request.method === 'GET' || request.method === 'HEAD') return;
  throw new OAuthError('request_forbidden', 'Pages of other sites may not use the admin API.');
}

function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
