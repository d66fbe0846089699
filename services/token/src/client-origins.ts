// Which web origins the clients list: that of one client, or that of any for a preflight, which does not say whose it is
// (hydra-wire §10.7; docs/decisions/0090).
import { originRule } from '@cardea/oauth';
import type { ClientResolver } from './client-resolver.js';
import type { Database } from './storage/database.js';
import { storageFailure } from './storage/database.js';

export interface ClientOrigins {
  /** Whether a client lists an origin. */
  of(clientId: string, origin: string): Promise<boolean>;
  /** Whether any client does, as of a few seconds ago at most. */
  ofAny(origin: string): Promise<boolean>;
}

const trustMillis = 2_000;

export function createClientOrigins(options: {
  clients: ClientResolver;
  database: Database;
  /** Milliseconds since the epoch. */
  now: () => number;
}): ClientOrigins {
  const { clients, database, now } = options;
  let known: { until: number; rule: Promise<ReturnType<typeof originRule>> } | undefined;

  const readAll = async () => {
    try {
      const { rows } = await database.query<{ origin: string }>(
        `SELECT DISTINCT unnest(allowed_origins) AS origin FROM cardea.client WHERE allowed_origins <> '{}'`,
      );
      return originRule(
        rows.map(({ origin }) => origin),
        { wildcard: 'label' },
      );
    } catch (error) {
      known = undefined;
      throw storageFailure(error);
    }
  };

  return {
    async of(clientId, origin) {
      const found = await clients.find(clientId);
      if (found === undefined) return false;
      return originRule(found.client.allowedCorsOrigins, { wildcard: 'label' }).of(origin) !== 'refused';
    },
    async ofAny(origin) {
      if (known === undefined || known.until <= now()) known = { until: now() + trustMillis, rule: readAll() };
      return (await known.rule).of(origin) !== 'refused';
    },
  };
}
