// Tells a running service of the keys there are: every two seconds, and at once when PostgreSQL says they changed.
import type { Log } from '@cardea/service';
import { reachPostgres } from '@cardea/service';
import pg from 'pg';
import type { StoredKey } from '../backend.js';
import type { BroadcastKey } from './documents.js';
import { readBroadcast } from './documents.js';
import { readKeys, registryFailure } from './registry.js';

const intervalMillis = 2_000;
const patienceMillis = 2_000;

export interface Watch {
  /** Settles when what was read first is in force, or could not be read. */
  readonly tried: Promise<void>;
  /** Reads again now; settles when what was read is in force, or could not be read. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param options.learn told of all keys after each read, and when that began; while PostgreSQL is away it hears nothing and keeps
 *   what it knows
 */
export function watchRegistry(options: {
  dsn: string;
  /** Where changes are announced; undefined behind a pooler, where they are only asked for. */
  listenDsn: string | undefined;
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Key sets that are published beside the signing sets. */
  broadcast: readonly string[];
  learn: (keys: readonly StoredKey[], broadcast: readonly BroadcastKey[], readAt: number) => Promise<void>;
}): Watch {
  const { log, now, learn, broadcast } = options;
  const { Client, connectionString } = reachPostgres(pg.Client, options.listenDsn ?? options.dsn);
  let client: pg.Client | undefined;
  let away = false;
  let stopped = false;
  const isStopped = () => stopped;
  let woken = false;
  let wakeSleeper: () => void = () => undefined;
  const wake = () => {
    woken = true;
    wakeSleeper();
  };

  const connect = async (): Promise<pg.Client> => {
    const fresh = new Client({
      connectionString,
      connectionTimeoutMillis: patienceMillis,
      query_timeout: patienceMillis,
      application_name: 'cardea-keys-watch',
      keepAlive: true,
    });
    fresh.on('error', () => drop(fresh));
    fresh.on('notification', wake);
    try {
      await fresh.connect();
      if (options.listenDsn !== undefined) await fresh.query('LISTEN cardea_keys');
      return fresh;
    } catch (error) {
      drop(fresh);
      throw error;
    }
  };
  const drop = (lost: pg.Client | undefined) => {
    if (client === lost) client = undefined;
    void lost?.end().catch(() => undefined);
  };

  let learning: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<void> => {
    try {
      client ??= await connect();
      const readAt = now();
      const keys = await readKeys(client);
      const told = learn(keys, await readBroadcast(client, broadcast), readAt).catch((error: unknown) => {
        log.error({ err: (error as Error).message }, 'news of keys could not be taken in');
      });
      // News does not wait for news: a token may take its time to show a new key.
      learning = Promise.all([learning, told]);
      if (away) log.info({}, 'the key registry can be read again');
      away = false;
    } catch (error) {
      drop(client);
      if (!away)
        log.warn({ err: registryFailure(error) }, 'the key registry cannot be read; the keys known so far are kept');
      away = true;
    }
  };
  const sleep = () =>
    new Promise<void>((resolve) => {
      if (woken || stopped) return resolve();
      const timer = setTimeout(resolve, intervalMillis);
      wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  // One after the other: the connection and what was learnt last are shared.
  let reading: Promise<void> = Promise.resolve();
  const readNext = () => (reading = reading.then(read));
  const refresh = async (): Promise<void> => {
    await readNext();
    await learning;
  };
  const tried = refresh();
  const ended = (async () => {
    await tried;
    await sleep();
    while (!isStopped()) {
      await readNext();
      await sleep();
      woken = false;
    }
  })();

  return {
    tried,
    refresh,
    async stop() {
      stopped = true;
      wake();
      await ended;
      await reading;
      await learning;
      drop(client);
    },
  };
}
