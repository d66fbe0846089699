// The time by PostgreSQL: a machine whose clock is ahead would delete what still lives.
import type { Database } from '../storage/database.js';

/** Milliseconds since the epoch. */
export async function timeOf(database: Database): Promise<number> {
  const { rows } = await database.query<{ seconds: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds',
  );
  const [time] = rows;
  if (time === undefined) throw new Error('PostgreSQL did not say the time');
  return time.seconds * 1000;
}
