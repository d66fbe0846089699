// cardea.session.v1.SessionService: consents, logins and logout notifications as operators manage them (hydra-wire §2.6).
import { OAuthError } from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { sessionV1 } from '@cardea/rpc';
import type { Events } from '../events.js';
import type { EndSessions } from '../logout/end-sessions.js';
import type { PageTokens } from '../page-tokens.js';
import type { ConsentRow, Consents } from '../storage/consents.js';
import type { Families } from '../storage/families.js';
import type { IssuedTokens } from '../storage/issued-tokens.js';
import type { DeliveryRow, DeliveryState, LogoutDeliveries } from '../storage/logout-deliveries.js';
import { known } from './client-lookup.js';

const defaultPage = 100;
const largestPage = 500;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createSessionHandlers(options: {
  consents: Consents;
  /** What the list says of a consent; undefined when its client is gone. */
  describeConsent: (row: ConsentRow) => Promise<sessionV1.Consent | undefined>;
  families: Families;
  issuedTokens: IssuedTokens;
  endSessions: EndSessions;
  deliveries: LogoutDeliveries;
  pageTokens: PageTokens;
  events: Events;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Handlers<typeof sessionV1.SessionServiceService> {
  const { consents, describeConsent, families, issuedTokens, endSessions } = options;
  const { deliveries, pageTokens, events, now } = options;

  /** A page of what was read with one row too many. */
  const page = <Row extends { id: string }>(list: string, rows: readonly Row[], limit: number) => {
    const last = rows[limit - 1];
    return {
      rows: rows.slice(0, limit),
      nextPageToken: rows.length > limit && last !== undefined ? pageTokens.seal(list, last.id) : '',
    };
  };
  const beginning = (list: string, token: string) => (token === '' ? '' : pageTokens.open(list, token));

  return {
    async listConsents({ subject, loginSessionId, pageSize, pageToken }) {
      // No session has a name of another form.
      if (loginSessionId !== '' && !uuid.test(loginSessionId)) return sessionV1.ListConsentsResponse.create();
      const limit = pageLimit(pageSize);
      const found = await consents.list({
        subject: known(subject),
        sessionId: loginSessionId === '' ? undefined : loginSessionId,
        after: beginning('consents', pageToken),
        limit: limit + 1,
        now: now(),
      });
      const { rows, nextPageToken } = page('consents', found, limit);
      const described = await Promise.all(rows.map(describeConsent));
      return {
        consents: described.filter((consent) => consent !== undefined),
        nextPageToken,
        firstPageToken: pageTokens.seal('consents', ''),
      };
    },

    async revokeConsents({ which }) {
      switch (which?.$case) {
        case 'consentRequestId':
          if (uuid.test(which.value)) await families.withdraw({ grantId: which.value });
          events.record('consents_revoked', { grant: which.value });
          return {};
        case 'subjectAndClient':
          await families.withdraw({ subject: known(which.value.subject), clientId: known(which.value.clientId) });
          events.record('consents_revoked', { client_id: which.value.clientId });
          return {};
        case 'allOfSubject':
          await families.withdraw({ subject: known(which.value), clientId: undefined });
          events.record('consents_revoked', {});
          return {};
        case undefined:
          throw new OAuthError('invalid_request', 'Which consents?');
      }
    },

    async revokeLoginSessions({ which, revokeTokens }) {
      switch (which?.$case) {
        case 'sessionId':
          if (uuid.test(which.value)) await endSessions.one(which.value, revokeTokens);
          return {};
        case 'subject':
          await endSessions.ofSubject(known(which.value), revokeTokens);
          return {};
        case undefined:
          throw new OAuthError('invalid_request', 'Which sessions?');
      }
    },

    async revokeIssuedTokens({ clientId, subject, issuedAfter: after, issuedBefore: before }) {
      if (clientId === '' && subject === '') throw new OAuthError('invalid_request', 'Whose tokens?');
      if (after !== undefined && before !== undefined && after >= before) {
        throw new OAuthError('invalid_request', 'The interval ends before it begins.');
      }
      const named = (text: string) => (text === '' ? undefined : known(text));
      const ended = await issuedTokens.end({ clientId: named(clientId), subject: named(subject), after, before });
      events.record('issued_tokens_revoked', {
        client_id: clientId,
        families: String(ended.families),
        tokens: String(ended.tokens),
      });
      return ended;
    },

    async listLogoutDeliveries({ clientId, state, pageSize, pageToken }) {
      const limit = pageLimit(pageSize);
      const found = await deliveries.list({
        clientId: known(clientId),
        state: stateNames[state],
        before: beginning('logout deliveries', pageToken),
        limit: limit + 1,
      });
      const { rows, nextPageToken } = page('logout deliveries', found, limit);
      return { deliveries: rows.map(delivery), nextPageToken };
    },

    async resendLogoutDelivery({ id }) {
      if (!/^\d{1,18}$/.test(id) || !(await deliveries.resend(id, now()))) throw new OAuthError('not_found');
      events.record('logout_delivery_resent', { delivery: id });
      return {};
    },
  };
}

const pageLimit = (asked: number) => Math.min(asked > 0 ? asked : defaultPage, largestPage);

const { PENDING, DELIVERED, FAILED } = sessionV1.LogoutDeliveryState;
const stateNames: Partial<Record<sessionV1.LogoutDeliveryState, DeliveryState>> = {
  [PENDING]: 'pending',
  [DELIVERED]: 'delivered',
  [FAILED]: 'failed',
};
const states: Record<DeliveryState, sessionV1.LogoutDeliveryState> = {
  pending: PENDING,
  delivered: DELIVERED,
  failed: FAILED,
};

const delivery = (row: DeliveryRow): sessionV1.LogoutDelivery => ({
  id: row.id,
  clientId: row.clientId,
  uri: row.uri,
  sessionId: row.sessionId,
  state: states[row.state],
  attempts: row.attempts,
  lastOutcome: row.lastOutcome,
  createdAt: new Date(row.createdAt),
  attemptedAt: row.attemptedAt === null ? undefined : new Date(row.attemptedAt),
});
