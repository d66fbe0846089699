// The keys service, wired by hand: backend, registry, ring, signer, and the gRPC services in front of them.
import { isKeySet } from '@cardea/oauth';
import { implement, jsonWebKeyV1, keyAdminV1, keyChangeV1, signatureRecordV1, signingV1 } from '@cardea/rpc';
import type { Service } from '@cardea/service';
import { followServices, listenDsn, required, securityOf, watchClock } from '@cardea/service';
import { createDocumentSet } from './json-web-key/document-set.js';
import { createSigningSet } from './json-web-key/signing-set.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAttest } from './attest.js';
import { recordAttempts } from './audit/attempts.js';
import { createFindSignatures } from './audit/find-signatures.js';
import { signatureRecordHandlers } from './audit/list-signatures.js';
import { openSignatureBook } from './audit/record.js';
import { createKeyRing } from './key-ring.js';
import { createQuota } from './policy/quota.js';
import { signatureCounter, watchKeyAges } from './metrics.js';
import { observeBackend } from './observe-backend.js';
import { openBackend } from './open-backend.js';
import { createReadiness } from './readiness.js';
import { openPool } from './registry/connection.js';
import { createDocuments } from './registry/documents.js';
import { listKeyChanges } from './registry/key-changes.js';
import { openRegistry } from './registry/registry.js';
import { watchRegistry } from './registry/watch.js';
import { callersOf } from './rpc/callers.js';
import { jsonWebKeyHandlers } from './rpc/json-web-key.js';
import { keyAdminHandlers } from './rpc/key-admin.js';
import { keyChangeHandlers } from './rpc/key-change.js';
import { noteChanges } from './rpc/note-changes.js';
import { signingHandlers } from './rpc/signing.js';
import { createRotation } from './rotation.js';
import { createEnvelope } from './sealed/envelope.js';
import { backendSettings, documentKeks, policyOf, rotationRules, signingSetRules } from './settings.js';
import { createSigner } from './signer.js';

/** Token services and other replicas hear of a change of keys in this time, so whoever made it is answered after it. */
const hearingMillis = 100;
/** How long a replica that cannot read the registry signs on: an emergency retirement reaches every signature within this time. */
const trustMillis = 15_000;

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
    const opened = await openBackend(settings, { log, now, random, sessionLost: () => lost.inc() });
    const backend = observeBackend(opened, host);
    host.onStop(() => backend.close());
    const problem = backend.problem();
    if (problem !== undefined) log.error({ reason: problem }, 'the signer is not ready');

    const { pooler } = config.database;
    const pool = openPool(dsn, log, pooler, host.tracing);
    host.onStop(() => pool.end());
    const clock = await watchClock(host, pool);
    host.onStop(() => clock.close());
    const maker = { registry: openRegistry(pool), backend, now, random };
    // Without a record nothing else of signing needs PostgreSQL, and that is why somebody switched it off.
    const trust = config.keys.audit.enabled ? { trustMillis } : {};
    const ring = createKeyRing({ backend, log, now, ...trust });
    const rules = rotationRules(config, policy);
    const rotation = rules && createRotation({ maker, rules, log });
    host.onStop(async () => rotation?.idle());
    const watch = watchRegistry({
      listenDsn: listenDsn(config),
      ...{ dsn, log, now, broadcast: config.webfinger.jwks.broadcastKeys.filter((name) => !isKeySet(name)) },
      async learn(keys, broadcast, readAt) {
        await ring.learn(keys, broadcast, readAt);
        rotation?.learn(keys);
      },
    });
    host.onStop(() => watch.stop());
    await watch.tried;

    host.checks.add('signer', createReadiness({ ring, backend, now }));
    watchKeyAges(metrics, ring, now);
    const count = signatureCounter(metrics);
    const keks = documentKeks(config);
    const book = openSignatureBook({ dsn, pool, keks, config, host });
    const sign = createSigner({
      ...{ ring, backend, now, recordAnswersAgain: book.answersAgain },
      record: async (signature) => {
        const first = await book.record(signature);
        if (first === undefined) count(signature);
        return first;
      },
    });
    const callers = callersOf(allow);
    const quota = createQuota({ perSecond: config.keys.signaturesPerSecond, log, now });
    const { prePublish } = config.keys;
    const { issuer } = policy;
    const attest = createAttest({ sign, ring, backend, issuer, readHead: book.head, now, random });
    const refresh = async () => {
      await watch.refresh();
      await sleep(hearingMillis);
    };
    const recorded = config.keys.audit.enabled ? pool : undefined;
    const findSignatures = createFindSignatures(recorded, book.subjectHashes);
    const documents = createDocuments({ pool, envelope: createEnvelope(keks, random), now });
    // What tokens say and how long they live may change; who signs, and whose tokens they are, may not.
    const signing = await host.follow((current) => [
      implement(
        signingV1.SigningServiceService,
        recordAttempts(signingHandlers({ policy: policyOf(current, now), quota, sign, ring }), book.note),
        callers.signing,
      ),
    ]);
    await host.serveGrpc(
      address,
      security,
      [
        ...followServices(signing),
        implement(
          keyAdminV1.KeyAdminServiceService,
          noteChanges(keyAdminHandlers({ maker, ring, prePublish, refresh, attest, findSignatures }), log),
          callers.keyAdmin,
        ),
        implement(
          jsonWebKeyV1.JsonWebKeyServiceService,
          jsonWebKeyHandlers({
            signing: createSigningSet({ maker, rules: signingSetRules(config) }),
            documents: createDocumentSet({ documents, canSeal: keks.length > 0, mlDsa: config.keys.mlDsa, random }),
            refresh,
          }),
          callers.jsonWebKey,
        ),
        implement(
          signatureRecordV1.SignatureRecordServiceService,
          signatureRecordHandlers(recorded),
          callers.signatureRecord,
        ),
        implement(
          keyChangeV1.KeyChangeServiceService,
          keyChangeHandlers((after, limit) => listKeyChanges(pool, after, limit)),
          callers.keyChange,
        ),
      ].map(clock.guard),
    );
  },
};
