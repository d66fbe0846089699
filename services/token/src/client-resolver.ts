// Finds clients, from memory where it can: changes are announced by PostgreSQL within milliseconds, and nothing is believed
// for longer than a few seconds (seam: the one client resolver).
import { isClientId } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { listen } from './announcements.js';
import { createShortMemory } from './short-memory.js';
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
/** Longer than any trust. A client may be a megabyte: those that nobody asks for are not kept. */
const rememberMillis = 6_000;
const mostClients = 10_000;

/** @param options.now milliseconds since the epoch */
export function createClientResolver(options: {
  clients: Pick<Clients, 'find'>;
  /** Undefined where nothing can be heard. */
  listenDsn: string | undefined;
  log: Log;
  now: () => number;
}): CachingClientResolver {
  const { clients, now } = options;
  const known = createShortMemory<{ until: number; client: ResolvedClient }>({
    ...{ millis: rememberMillis, most: mostClients, now },
  });
  const asked = new Map<string, Promise<ResolvedClient | undefined>>();
  let hearing = false;

  const forget = (clientId: string): void => {
    known.forget(clientId);
    // An answer still on its way may be older than the change.
    asked.delete(clientId);
  };
  const announcements = listen(options.listenDsn, {
    channel: 'cardea_client',
    deaf: 'client changes cannot be heard; clients are read afresh meanwhile',
    log: options.log,
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
      // Spread, so that a busy client's instances do not all ask at once.
      const trust = hearing ? trustMillis * (0.8 + Math.random() * 0.4) : deafTrustMillis;
      known.keep(clientId, { until: now() + trust, client });
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
