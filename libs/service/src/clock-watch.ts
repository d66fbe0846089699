// Whether this process lives in the time of the others: expiry, grace and `iat` are judged by its own clock, so one that is wrong makes
// wrong verdicts. Whose clock is too far from PostgreSQL's does not start, or answers nothing until it is right (security F20).
import { OAuthError } from '@cardea/oauth';
import type { ServedService } from '@cardea/rpc';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from './service.js';

/** Half of what signers and tokens of clients that were created just now forgive: two processes may err in opposite directions. */
const mostMillis = 30_000;
/** Clocks are slewed by less than this in a moment; more is a step. */
const stepMillis = 1_000;
/** A measurement that takes longer says too little, and is not waited for. */
const longestMillis = 5_000;

export interface ClockWatch {
  /** The same service, which refuses with temporarily_unavailable while the clock is wrong. */
  guard(service: ServedService): ServedService;
  /** @throws {OAuthError} temporarily_unavailable while the clock is wrong */
  demand(): void;
  close(): void;
}

/** The little of a connection or a pool that the time is asked of. */
interface Queryable {
  query(text: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** The time by PostgreSQL, milliseconds since the epoch; undefined when it does not tell. */
async function timeOf(database: Queryable): Promise<number | undefined> {
  const { rows } = await database.query('SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds');
  const seconds = rows[0]?.['seconds'];
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

/**
 * @param database a pool, or a connection that nothing else waits for
 * @param everyMillis how often it is looked at
 * @throws when PostgreSQL answers and the clock is wrong
 */
export async function watchClock(
  { now, log, checks }: Pick<Host, 'now' | 'log' | 'checks'>,
  database: Queryable,
  everyMillis = 5_000,
): Promise<ClockWatch> {
  let problem: string | undefined;
  // How far it is from the clock that nobody sets; when that changes, somebody has set it.
  const offset = () => now() - performance.now();
  let known = offset();
  let looking: Promise<void> | undefined;

  /** Says nothing new when PostgreSQL does not answer: that is another check's. */
  const look = async (): Promise<void> => {
    const before = now();
    const patience = new AbortController();
    const theirs = await Promise.race([
      timeOf(database).catch(() => undefined),
      sleep(longestMillis, undefined, { signal: patience.signal, ref: false }).catch(() => undefined),
    ]);
    patience.abort();
    const after = now();
    if (theirs === undefined || after < before || after - before > longestMillis) return;
    known = offset();
    const ahead = Math.round((before + after) / 2 - theirs);
    const former = problem;
    const direction = ahead > 0 ? 'ahead of' : 'behind';
    problem =
      Math.abs(ahead) > mostMillis
        ? `the clock of this machine is ${String(Math.round(Math.abs(ahead) / 1000))} s ${direction} PostgreSQL's`
        : undefined;
    if (problem !== undefined && former === undefined)
      log.error({ aheadMillis: ahead }, 'the clock is wrong: refusing');
    if (problem === undefined && former !== undefined) log.info({ aheadMillis: ahead }, 'the clock is right again');
  };

  const lookOnce = (): Promise<void> => (looking ??= look().finally(() => (looking = undefined)));
  /** Nobody knows yet what it is worth after somebody has set it. */
  const usable = (): boolean => {
    if (Math.abs(offset() - known) > stepMillis) {
      void lookOnce();
      return false;
    }
    return problem === undefined;
  };
  const complain = (): void => {
    if (problem !== undefined) throw new Error(`${problem}: set it right, or the other`);
  };
  const demand = (): void => {
    if (!usable()) throw new OAuthError('temporarily_unavailable', 'A clock is wrong here.');
  };
  await lookOnce();
  complain();
  checks.add('clock', async () => complain());
  const timer = setInterval(() => void lookOnce(), everyMillis).unref();

  return {
    guard: ({ definition, methods }) => ({
      definition,
      methods: methods.map((served) => ({
        ...served,
        async handle(request, context) {
          demand();
          return served.handle(request, context);
        },
      })),
    }),
    demand,
    close: () => clearInterval(timer),
  };
}
