// Hears what PostgreSQL announces on a channel, on a connection of its own, for as long as it takes.
import type { Log } from '@cardea/service';
import { reachPostgres } from '@cardea/service';
import pg from 'pg';

export interface Announcements {
  close(): Promise<void>;
}

const reconnectMillis = 500;
/** A server that is cut off announces nothing, and never says so. */
const proofMillis = 2_000;

/**
 * @param dsn undefined where nothing can be heard: behind a pooler
 * @param options.deaf what to log when nothing can be heard
 * @param options.connected told when announcements can be heard from now on, and when they cannot: some may have been missed
 */
export function listen(
  dsn: string | undefined,
  options: {
    channel: 'cardea_client' | 'cardea_keys';
    deaf: string;
    log: Log;
    heard: (payload: string) => void;
    connected: (yes: boolean) => void;
  },
): Announcements {
  const { channel, deaf, log, heard, connected } = options;
  if (dsn === undefined) return { close: () => Promise.resolve() };
  const { Client, connectionString } = reachPostgres(pg.Client, dsn);
  let closed = false;
  let current: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const client = new Client({
      connectionString,
      application_name: channel.replace('_', '-'),
      connectionTimeoutMillis: proofMillis,
      query_timeout: proofMillis,
      keepAlive: true,
    });
    current = client;
    const state = { lost: false };
    let proof: NodeJS.Timeout | undefined;
    const lose = (): void => {
      if (state.lost) return;
      state.lost = true;
      clearInterval(proof);
      connected(false);
      client.end().catch(() => undefined);
      if (!closed) timer = setTimeout(() => void connect(), reconnectMillis).unref();
    };
    client.on('error', (error) => {
      if (!state.lost) log.warn({ err: error.message }, deaf);
      lose();
    });
    client.on('end', lose);
    client.on('notification', (message) => heard(message.payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      if (state.lost) return;
      proof = setInterval(() => void client.query('SELECT 1').catch(lose), proofMillis).unref();
      connected(true);
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
