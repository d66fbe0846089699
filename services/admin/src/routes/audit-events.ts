// GET /admin/audit-events: what was changed through this API, by whom, and what was decided for a person where that is on record; the
// newest first (security §2.5; ours, Hydra has none).
import type { Route } from '@cardea/http';
import { callOptions, readQuery, sendJson, valueOf } from '@cardea/http';
import type { auditV1, ClientOf } from '@cardea/rpc';
import { linkHeader, readPage } from '../pagination.js';

type AuditClient = Pick<ClientOf<typeof auditV1.AuditServiceService>, 'listEvents'>;

const path = '/admin/audit-events';

export function auditEventRoutes(audit: AuditClient): Route[] {
  return [
    {
      path,
      get: async (request, response) => {
        const query = readQuery(request);
        const page = readPage(query);
        const who = { actor: valueOf(query, 'actor') ?? '', subject: valueOf(query, 'subject') ?? '' };
        const { events, nextPageToken } = await audit.listEvents(
          { pageSize: page.size, pageToken: page.token, ...who },
          callOptions(request, response),
        );
        sendJson(response, 200, events.map(eventJson), { Link: linkHeader(path, who, page, nextPageToken) });
      },
    },
  ];
}

const eventJson = (event: auditV1.AuditEvent) => ({
  id: event.id,
  occurred_at: event.occurredAt?.toISOString(),
  actor: event.actor,
  authentication: event.authentication,
  action: event.action,
  target: event.target,
  status: event.status,
  request_id: event.requestId,
});
