// The keys service, wired by hand: backend, registry, ring, signer, and the two gRPC services in front of them.
import { implement, keyAdminV1, signingV1 } from '@cardea/rpc';
import type { Service } from '@cardea/service';
import { required, securityOf } from '@cardea/service';
import { createKeyRing } from './key-ring.js';
import { signatureCounter } from './metrics.js';
import { openBackend } from './open-backend.js';
import { createReadiness } from './readiness.js';
import { openRegistry } from './registry/registry.js';
import { watchRegistry } from './registry/watch.js';
import { callersOf } from './rpc/callers.js';
import { keyAdminHandlers } from './rpc/key-admin.js';
import { signingHandlers } from './rpc/signing.js';
import { backendSettings, policyOf } from './settings.js';
import { createSigner } from './signer.js';

export const service: Service = {
  name: 'keys',
  async start(config, host) {
    const { log, now, random, metrics } = host;
    const { address, tls, allow } = config.serve.keys;
    const dsn = required(config.dsn, 'dsn');
    const policy = policyOf(config, now);
    const security = securityOf(tls, 'serve.keys');
    if (security.kind === 'mtls') required(allow.token, 'serve.keys.allow.token');

    const lost = metrics.counter('cardea_keys_sessions_lost_total', 'PKCS#11 sessions destroyed after an error.');
    const settings = backendSettings(config);
    const backend = await openBackend(settings, { log, now, random, sessionLost: () => lost.inc() });
    host.onStop(() => backend.close());
    const problem = backend.problem();
    if (problem !== undefined) log.error({ reason: problem }, 'the signer is not ready');

    const ring = createKeyRing({ backend, log, now });
    const watch = watchRegistry({ dsn, log, learn: (keys) => ring.learn(keys) });
    host.onStop(() => watch.stop());
    await watch.tried;
    const registry = openRegistry(dsn, log);
    host.onStop(() => registry.close());

    host.checks.add('signer', createReadiness({ ring, backend, now }));
    const sign = createSigner({ ring, backend, now, record: signatureCounter(metrics) });
    const callers = callersOf(allow);
    const maker = { registry, backend, now, random };
    await host.serveGrpc(address, security, [
      implement(signingV1.SigningServiceService, signingHandlers({ policy, sign, ring }), callers.signing),
      implement(
        keyAdminV1.KeyAdminServiceService,
        keyAdminHandlers({ maker, ring, refresh: () => watch.refresh() }),
        callers.keyAdmin,
      ),
    ]);
  },
};
