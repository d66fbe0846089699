// What the token service answers about sessions: to operators, and to the worker that delivers what their ends owe.
import type { ServedService } from '@cardea/rpc';
import { implement, sessionV1 } from '@cardea/rpc';
import { createDescribeConsent } from '../describe-consent.js';
import type { Encrypt } from '../encrypt.js';
import type { LogoutContext } from '../end-session.js';
import type { Events } from '../events.js';
import type { PageTokens } from '../page-tokens.js';
import { createSessionHandlers } from '../rpc/session.js';
import type { SigningClient } from '../sign.js';
import { createConsents } from '../storage/consents.js';
import type { Database } from '../storage/database.js';
import type { Families } from '../storage/families.js';
import type { IssuedTokens } from '../storage/issued-tokens.js';
import { createLogoutDeliveries } from '../storage/logout-deliveries.js';
import { createPrepareDelivery } from './prepare-delivery.js';

export function sessionServices(options: {
  readonly database: Database;
  readonly context: LogoutContext;
  readonly rooms: {
    readonly families: Families;
    readonly issuedTokens: IssuedTokens;
    readonly pageTokens: PageTokens;
    readonly events: Events;
  };
  readonly keys: Pick<SigningClient, 'signLogoutToken'>;
  readonly encrypt: Encrypt;
  /** Certificate names that may call. */
  readonly allow: { readonly admin: readonly string[]; readonly worker: readonly string[] };
}): ServedService[] {
  const { database, context, rooms, keys, encrypt, allow } = options;
  const { clients, clock, random, endSessions } = context;
  const now = () => clock.now();
  const deliveries = createLogoutDeliveries(database);
  const { families, issuedTokens, pageTokens, events } = rooms;
  return [
    implement(
      sessionV1.SessionServiceService,
      createSessionHandlers({
        consents: createConsents(database),
        describeConsent: createDescribeConsent(context),
        families,
        endSessions,
        issuedTokens,
        deliveries,
        pageTokens,
        events,
        now,
      }),
      { '*': allow.admin },
    ),
    implement(
      sessionV1.LogoutDeliveryServiceService,
      { prepareLogoutDelivery: createPrepareDelivery({ deliveries, clients, keys, encrypt, now, random }) },
      { '*': allow.worker },
    ),
  ];
}
