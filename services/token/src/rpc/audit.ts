// cardea.audit.v1.AuditService: what operators did, kept and listed (security §2.5).
import { OAuthError } from '@cardea/oauth';
import type { auditV1, Handlers } from '@cardea/rpc';
import type { NamesOnRecord } from '../interactions/record.js';
import type { PageTokens } from '../page-tokens.js';
import type { AuditEvents } from '../storage/audit-events.js';

const defaultPage = 100;
const largestPage = 500;

export function createAuditHandlers(options: {
  events: AuditEvents;
  pageTokens: PageTokens;
  namesOnRecord: NamesOnRecord;
}): Handlers<typeof auditV1.AuditServiceService> {
  const { events, pageTokens, namesOnRecord } = options;
  return {
    async recordEvent({ event }) {
      if (event === undefined) throw new OAuthError('invalid_request', 'The event is missing.');
      await events.add(event);
      return {};
    },
    async listEvents({ pageSize, pageToken, actor, subject }) {
      if (actor !== '' && subject !== '') throw new OAuthError('invalid_request', 'Of whom: an actor, or a subject?');
      const actors = subject !== '' ? namesOnRecord(subject) : actor !== '' ? [actor] : undefined;
      const limit = Math.min(pageSize > 0 ? pageSize : defaultPage, largestPage);
      const before = pageToken === '' ? '' : pageTokens.open('audit_events', pageToken);
      const page = await events.list({ before, limit: limit + 1, actors });
      const last = page[limit - 1];
      const more = page.length > limit && last !== undefined;
      return { events: page.slice(0, limit), nextPageToken: more ? pageTokens.seal('audit_events', last.id) : '' };
    },
  };
}
