// Where PostgreSQL's announcements can be heard: not through a pooler, which has no connection of ours to send them on.
import type { Config } from '../config/load.js';

/** A connection URL to LISTEN on; undefined when there is none, and changes must be asked for. */
export function listenDsn({ dsn, database }: Config): string | undefined {
  return database.listenDsn ?? (database.pooler === 'none' ? dsn : undefined);
}
