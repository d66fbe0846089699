// When a cache may be believed at all: entries are filed under an epoch that PostgreSQL keeps, and each process believes what
// it read there for one second. Whoever cannot delete entries raises the epoch and waits that second out (ARCHITECTURE §5:
// a revocation answers 200 only once no cache can still say "active").
import type { Log } from '@cardea/service';
import type { Database } from '../storage/database.js';
import { storageFailure } from '../storage/database.js';
import type { CacheRedis, RedisLink } from './redis.js';

/** The right to believe the cache, for a moment. */
export interface Trust {
  readonly epoch: number;
  readonly link: RedisLink;
}

/** What PostgreSQL has said. Instants are milliseconds of this process's own clock, which only moves forward. */
export interface EpochState {
  readonly epoch: number;
  /** The one server that may be believed; empty when there is none. */
  readonly server: string;
  /** Whether somebody has ended tokens and has not told the caches for so long that they may have died. */
  readonly overdue: boolean;
  /** It has changed no later than that. */
  readonly changedAt: number;
  /** Until then nobody believes a later one. */
  readonly until: number;
}

export interface Epoch {
  /** Undefined when the cache must not be believed now. */
  trust(): Trust | undefined;
  /** What PostgreSQL says at this moment. */
  read(): Promise<EpochState>;
  /** What it said a moment ago, while that holds. */
  recent(): EpochState | undefined;
  /** Whether nobody has believed a later epoch so far. */
  holds(state: EpochState): boolean;
  /** Makes all entries unreachable; settles when no process believes the former epoch any more. */
  raise(): Promise<void>;
  /** Settles when this epoch is the only one that any process believes. */
  settled(state: EpochState): Promise<void>;
  close(): void;
}

/** How long a reader believes what it read, counted from before it asked. */
const trustMillis = 1_000;
/**
 * How long writers wait before they count on that nobody believes the former epoch, and readers who see a new one before they believe it, so
 * that writers may count on the former one as long as readers do. Longer, for clocks that run apart.
 */
const settleMillis = 1_100;
/** An epoch of this age, at the first look of a process, everybody else has seen, however long its change took to become visible. */
const oldMillis = 10_000;
const pollMillis = 400;
/**
 * How long whoever ends tokens has to tell the caches. With the poll and the second that an epoch is believed, what a killed process
 * owed is `active` for less than four seconds.
 */
const debtMillis = 2_000;
/** Two servers, each believed by somebody, may take turns no faster than this. */
const takeoverMillis = 2_000;

const isOverdue = `since < clock_timestamp() - interval '${String(debtMillis)} ms'`;

const monotonic = () => performance.now();
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

export function createEpoch(database: Database, redis: CacheRedis, log: Log): Epoch {
  let known: EpochState | undefined;
  /** The epoch that was known last, and when it may be believed. */
  let seen: number | undefined;
  let believedFrom = 0;
  let trusted: Trust | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const read = async (): Promise<EpochState> => {
    const asked = monotonic();
    try {
      const { rows } = await database.query<{ epoch: number; server: string; age: number; overdue: boolean }>({
        name: 'cache_epoch_read',
        text: `SELECT epoch, server, extract(epoch FROM clock_timestamp() - changed_at)::float8 * 1000 AS age,
            EXISTS (SELECT FROM cardea.cache_debt WHERE ${isOverdue}) AS overdue
          FROM cardea.cache_epoch`,
      });
      const row = rows[0];
      if (row === undefined) throw new Error('cardea.cache_epoch is empty');
      const { epoch, server, age, overdue } = row;
      const heard = monotonic();
      const state: EpochState = { epoch, server, overdue, changedAt: heard - age, until: asked + trustMillis };
      if (known !== undefined && epoch < known.epoch) return state;
      if (epoch !== seen) believedFrom = seen === undefined && age >= oldMillis ? heard : heard + settleMillis;
      seen = epoch;
      known = state;
      return state;
    } catch (error) {
      throw storageFailure(error);
    }
  };

  /** A server nobody believes yet, or one that came in another's place, becomes the one to be believed. */
  const enthrone = async (server: string): Promise<void> => {
    await database.query(
      `UPDATE cardea.cache_epoch SET epoch = epoch + 1, server = $1, changed_at = clock_timestamp()
        WHERE server <> $1 AND (server = '' OR changed_at < clock_timestamp() - make_interval(secs => $2))`,
      [server, takeoverMillis / 1000],
    );
    await read();
  };

  /** Pays what somebody owes who may have died: new entries can only be filled with what they left. */
  const payDebts = async (): Promise<void> => {
    // Of all processes that see it one raises the epoch; if it dies as well, the debt falls due again.
    const { rows } = await database.query<{ id: number }>(
      `WITH due AS (
          UPDATE cardea.cache_debt SET since = clock_timestamp() WHERE ${isOverdue} RETURNING id
        ), raised AS (
          UPDATE cardea.cache_epoch SET epoch = epoch + 1, changed_at = clock_timestamp() WHERE EXISTS (SELECT FROM due)
        ) SELECT id FROM due`,
    );
    if (rows.length === 0) return;
    log.warn({ debts: rows.length }, 'tokens were ended and caches not told: they forget all');
    await read();
    const ids = rows.map(({ id }) => id);
    const struck = sleep(settleMillis).then(() =>
      database.query('DELETE FROM cardea.cache_debt WHERE id = ANY($1::bigint[])', [ids]),
    );
    struck.catch(() => undefined);
  };

  const poll = async (): Promise<void> => {
    try {
      const state = await read();
      if (state.overdue) await payDebts();
      const link = redis.link();
      if (link !== undefined && link.server !== state.server) await enthrone(link.server);
    } catch (error) {
      log.debug({ err: (error as Error).message }, 'the cache epoch could not be read');
    }
    if (!closed) timer = setTimeout(() => void poll(), pollMillis).unref();
  };
  void poll();

  const update = async (): Promise<void> => {
    try {
      // No server is believed until one is enthroned again: while Redis is away, only the first revocation has to wait.
      await database.query(
        `UPDATE cardea.cache_epoch SET epoch = epoch + 1, server = '', changed_at = clock_timestamp()`,
      );
    } catch (error) {
      throw storageFailure(error);
    }
    known = undefined;
  };
  let running: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  /** Those who ask while one is under way share the next. */
  const raiseOnce = (): Promise<void> =>
    (queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        running = update();
        return running;
      }));

  const holds = ({ until }: EpochState): boolean => monotonic() < until;

  return {
    trust() {
      const link = redis.link();
      if (known === undefined || link?.server !== known.server || !holds(known)) return undefined;
      if (monotonic() < believedFrom) return undefined;
      if (trusted?.epoch !== known.epoch || trusted.link !== link) trusted = { epoch: known.epoch, link };
      return trusted;
    },
    read,
    recent: () => (known !== undefined && holds(known) ? known : undefined),
    holds,
    async raise() {
      await raiseOnce();
      await sleep(settleMillis);
    },
    async settled({ changedAt }) {
      const left = changedAt + settleMillis - monotonic();
      if (left > 0) await sleep(left);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
