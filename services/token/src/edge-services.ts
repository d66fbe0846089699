// What the token service answers for the edges: may this origin read that answer, the record of what operators did, what does not
// match in that of signatures, and the queues of the workers.
import type { Handlers, introspectionV1, ServedService } from '@cardea/rpc';
import { auditV1, clientOriginV1, eventStreamV1, implement, jobV1, signatureFindingV1 } from '@cardea/rpc';
import { createClientOrigins } from './client-origins.js';
import type { ClientResolver } from './client-resolver.js';
import type { EventStream } from './event-stream/open-stream.js';
import type { JobDesk } from './jobs/job-desk.js';
import { createNamesOnRecord } from './interactions/record.js';
import { createPageTokens } from './page-tokens.js';
import { createAuditHandlers } from './rpc/audit.js';
import { createClientOriginHandlers } from './rpc/client-origin.js';
import { createEventStreamHandlers } from './rpc/event-stream.js';
import { createJobHandlers } from './rpc/job.js';
import { createSignatureFindingHandlers } from './rpc/signature-finding.js';
import { createSeal } from './seal.js';
import { createAuditEvents } from './storage/audit-events.js';
import type { Database } from './storage/database.js';
import { createSignatureFindings } from './storage/signature-findings.js';

export function edgeServices(options: {
  readonly database: Database;
  readonly desk: JobDesk;
  readonly clients: ClientResolver;
  readonly introspect: Handlers<typeof introspectionV1.IntrospectionServiceService>['introspect'];
  /** `secrets.system`, newest first. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly stream: EventStream;
  /** Certificate names that may call. */
  readonly allow: { readonly gateway: readonly string[]; readonly admin: readonly string[] };
}): ServedService[] {
  const { database, desk, clients, introspect, secrets, now, random, stream, allow } = options;
  const origins = createClientOrigins({ clients, database, now });
  const pageTokens = createPageTokens(createSeal(secrets, 'audit_page_token', random), now);
  const events = createAuditEvents(database);
  return [
    implement(clientOriginV1.ClientOriginServiceService, createClientOriginHandlers({ origins, introspect }), {
      '*': allow.gateway,
    }),
    implement(
      auditV1.AuditServiceService,
      createAuditHandlers({ events, pageTokens, namesOnRecord: createNamesOnRecord(secrets) }),
      { '*': allow.admin },
    ),
    implement(
      eventStreamV1.EventStreamServiceService,
      createEventStreamHandlers({ database, recorder: stream.recorder, source: stream.source }),
      { '*': allow.admin },
    ),
    implement(
      signatureFindingV1.SignatureFindingServiceService,
      createSignatureFindingHandlers({ findings: createSignatureFindings(database), pageTokens }),
      { '*': allow.admin },
    ),
    implement(jobV1.JobServiceService, createJobHandlers({ desk, pageTokens }), { '*': allow.admin }),
  ];
}
