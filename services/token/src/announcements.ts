// Hears what PostgreSQL announces on a channel, on a connection of its own, for as long as it takes.
import type { Log } from '@cardea/service';
import pg from 'pg';

export interface Announcements {
  close(): Promise<void>;
}

const reconnectMillis = 500;

/**
 * @param options.deaf what to log when nothing can be heard
 * @param options.connected told when announcements can be heard from now on, and when they cannot: some may have been missed
 */
export function listen(
  dsn: string,
  options: {
    channel: 'cardea_client' | 'cardea_keys';
    deaf: string;
    log: Log;
    heard: (payload: string) => void;
    connected: (yes: boolean) => void;
  },
): Announcements {
  const { channel, deaf, log, heard, connected } = options;
  let closed = false;
  let current: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: dsn,
      application_name: channel.replace('_', '-'),
      connectionTimeoutMillis: 2_000,
      keepAlive: true,
    });
    current = client;
    const state = { lost: false };
    const lose = (): void => {
      if (state.lost) return;
      state.lost = true;
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
      if (!state.lost) connected(true);
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
