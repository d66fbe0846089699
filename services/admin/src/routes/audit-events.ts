// GET /admin/audit-events: what was changed through this API, by whom, the newest first (security §2.5; ours, Hydra has none).
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
        const actor = valueOf(query, 'actor') ?? '';
        const { events, nextPageToken } = await audit.listEvents(
          { pageSize: page.size, pageToken: page.token, actor },
          callOptions(request, response),
        );
        sendJson(response, 200, events.map(eventJson), { Link: linkHeader(path, { actor }, page, nextPageToken) });
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
