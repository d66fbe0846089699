// Finds clients, from memory where it can: changes are announced by PostgreSQL within milliseconds, and nothing is believed
// for longer than a few seconds (seam: the one client resolver).
import { isClientId } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import pg from 'pg';
import type { Clients } from './storage/clients.js';

export interface ResolvedClient {
  readonly client: clientV1.Client;
  /** The current one first. */
  readonly secretHashes: readonly string[];
  readonly version: number;
}

export interface ClientResolver {
  find(clientId: string): Promise<ResolvedClient | undefined>;
}

export interface CachingClientResolver extends ClientResolver {
  /** Forgets a client that this process changed. */
  forget(clientId: string): void;
  close(): Promise<void>;
}

const trustMillis = 5_000;
/** While announcements cannot be heard. */
const deafTrustMillis = 500;
const mostClients = 10_000;
const reconnectMillis = 500;

/** @param options.now milliseconds since the epoch */
export function createClientResolver(options: {
  clients: Pick<Clients, 'find'>;
  dsn: string;
  log: Log;
  now: () => number;
}): CachingClientResolver {
  const { clients, now } = options;
  const known = new Map<string, { until: number; client: ResolvedClient }>();
  const asked = new Map<string, Promise<ResolvedClient | undefined>>();
  let hearing = false;

  const forget = (clientId: string): void => {
    known.delete(clientId);
    // An answer still on its way may be older than the change.
    asked.delete(clientId);
  };
  const announcements = listen(options.dsn, options.log, {
    heard: forget,
    connected(yes) {
      hearing = yes;
      known.clear();
      asked.clear();
    },
  });

  const ask = (clientId: string): Promise<ResolvedClient | undefined> => {
    const pending = asked.get(clientId);
    if (pending !== undefined) return pending;
    const answer = clients.find(clientId);
    asked.set(clientId, answer);
    const settle = (client: ResolvedClient | undefined): void => {
      if (asked.get(clientId) !== answer) return;
      asked.delete(clientId);
      if (client === undefined) return;
      if (known.size >= mostClients) known.delete(known.keys().next().value as string);
      // Spread, so that a busy client's instances do not all ask at once.
      const trust = hearing ? trustMillis * (0.8 + Math.random() * 0.4) : deafTrustMillis;
      known.set(clientId, { until: now() + trust, client });
    };
    answer.then(settle, () => settle(undefined));
    return answer;
  };

  return {
    find(clientId) {
      const entry = known.get(clientId);
      if (entry !== undefined && entry.until > now()) return Promise.resolve(entry.client);
      return isClientId(clientId) ? ask(clientId) : Promise.resolve(undefined);
    },
    forget,
    close: () => announcements.close(),
  };
}

/** Listens on a connection of its own, for as long as it takes. */
function listen(
  dsn: string,
  log: Log,
  on: { heard: (clientId: string) => void; connected: (yes: boolean) => void },
): { close(): Promise<void> } {
  let closed = false;
  let current: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: dsn,
      application_name: 'cardea-clients',
      connectionTimeoutMillis: 2_000,
      keepAlive: true,
    });
    current = client;
    const state = { lost: false };
    const lose = (): void => {
      if (state.lost) return;
      state.lost = true;
      on.connected(false);
      client.end().catch(() => undefined);
      if (!closed) timer = setTimeout(() => void connect(), reconnectMillis).unref();
    };
    client.on('error', (error) => {
      if (!state.lost)
        log.warn({ err: error.message }, 'client changes cannot be heard; clients are read afresh meanwhile');
      lose();
    });
    client.on('end', lose);
    client.on('notification', (message) => on.heard(message.payload ?? ''));
    try {
      await client.connect();
      await client.query('LISTEN cardea_client');
      if (!state.lost) on.connected(true);
    } catch {
      lose();
    }
  };
  void connect();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await current?.end().catch(() => undefined);
    },
  };
}
