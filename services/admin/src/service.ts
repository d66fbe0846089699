// The admin service, wired by hand: configuration, the token and keys services behind it, the table of admin routes.
import { createApp, healthRoutes } from '@cardea/http';
import {
  auditV1,
  clientV1,
  eventStreamV1,
  interactionV1,
  introspectionV1,
  jobV1,
  jsonWebKeyV1,
  keyAdminV1,
  sessionV1,
  signatureFindingV1,
  trustV1,
} from '@cardea/rpc';
import type { Service } from '@cardea/service';
import { readFileSync } from 'node:fs';
import { createAudit } from './audit.js';
import { isConfigured } from './authentication/authenticate.js';
import { checkExposure } from './exposure.js';
import { adminTls, listenerOptions } from './listener.js';
import { createRefusals } from './refusals.js';
import { attestationRoutes } from './routes/attestation.js';
import { auditEventRoutes } from './routes/audit-events.js';
import { boardRoutes } from './routes/board.js';
import { clientChangeRoutes } from './routes/client-changes.js';
import { clientRoutes } from './routes/clients.js';
import { eventRoutes } from './routes/events.js';
import { interactionRoutes } from './routes/interactions.js';
import { introspectionRoutes } from './routes/introspect.js';
import { keyRoutes } from './routes/keys.js';
import { keysAuditRoutes } from './routes/keys-audit.js';
import { openApiRoutes } from './routes/openapi.js';
import { operationRoutes } from './routes/operations.js';
import { queueRoutes } from './routes/queues.js';
import { sessionRoutes } from './routes/sessions.js';
import { tokenRoutes } from './routes/tokens.js';
import { trustRoutes } from './routes/trust.js';

export const service: Service = {
  name: 'admin',
  async start(config, host) {
    // Before anything is opened.
    checkExposure(config.serve.admin);
    const peer = host.connect('token');
    const introspection = peer.client(introspectionV1.IntrospectionServiceService, { hot: true });
    const interactions = peer.client(interactionV1.InteractionServiceService, { hot: true });
    const clients = peer.client(clientV1.ClientServiceService);
    const trust = peer.client(trustV1.TrustedIssuerServiceService);
    const sessions = peer.client(sessionV1.SessionServiceService);
    const jobs = peer.client(jobV1.JobServiceService);
    const signer = host.connect('keys');
    const keys = signer.client(jsonWebKeyV1.JsonWebKeyServiceService);
    const keyAdmin = signer.client(keyAdminV1.KeyAdminServiceService);
    const findings = peer.client(signatureFindingV1.SignatureFindingServiceService);
    host.checks.add('token', async () => {
      if (!(await peer.ready())) throw new Error('the token service is not ready');
    });

    const auditor = peer.client(auditV1.AuditServiceService);
    const stream = peer.client(eventStreamV1.EventStreamServiceService);
    const refusals = createRefusals({ report: stream.reportRefusals, log: host.log });
    host.onStop(() => refusals.close());
    const audit = createAudit({ audit: auditor, refusals, log: host.log, metrics: host.metrics });

    const app = createApp(host, { manner: 'oauth', routes: [], tls: adminTls(config, host) });
    const answering = await host.follow((current) => {
      checkExposure(current.serve.admin);
      const { issuer, public: publicUrl } = current.urls.self;
      const listener = listenerOptions(current, host, audit);
      return app.prepare({
        ...listener,
        routes: [
          ...introspectionRoutes(introspection),
          ...interactionRoutes(interactions),
          ...audit.of([
            ...clientChangeRoutes(clients),
            ...clientRoutes(clients, (publicUrl ?? issuer)?.replace(/\/+$/, '')),
            ...tokenRoutes({ clients, sessions }),
            ...trustRoutes(trust),
            ...sessionRoutes(sessions),
            ...queueRoutes(jobs),
            ...(current.serve.admin.board ? boardRoutes(jobs) : []),
            ...keyRoutes(keys, issuer?.replace(/\/+$/, '')),
            ...keysAuditRoutes({ signer: keyAdmin, findings }),
          ]),
          ...auditEventRoutes(auditor),
          ...eventRoutes(stream, host.draining),
          ...attestationRoutes(keyAdmin),
          ...healthRoutes(host, {
            prefix: '/admin',
            // Where callers have to prove themselves, the reason is for those who read the log: health asks nobody.
            reasons: isConfigured(current.serve.admin.authentication) ? 'hidden' : 'shown',
            logged: !current.serve.admin.requestLog.disableForHealth,
          }),
          ...operationRoutes(host, ownVersion()),
          ...openApiRoutes(ownVersion(), listener.manner),
        ],
      });
    });
    app.answerBy(answering);
    await host.serveHttp(config.serve.admin, app.server);
  },
};

function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
