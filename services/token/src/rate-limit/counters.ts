// Counts in Redis, shared by all replicas; in this process while Redis is away, since a limit must never be an outage
// (security.md: rate limits fail open, to a bounded local limiter).
import type { RedisCommander } from 'ioredis';

/** How often something happened, and when the count begins anew. */
export interface Count {
  readonly count: number;
  /** Milliseconds from now. */
  readonly resetMillis: number;
}

/** Counts by name; a count begins with its first increment and ends after its period. */
export interface Counters {
  increment(name: string, periodMillis: number): Promise<Count>;
}

/** One script, so that a count without an end cannot be left behind. */
const script = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}`;

/** The oldest count makes room: a flood of names costs bounded memory. */
const mostLocal = 10_000;

/** Counts of this process alone. @param now milliseconds since the epoch */
export function createLocalCounters(now: () => number): Counters & { readonly size: () => number } {
  const counts = new Map<string, { count: number; until: number }>();
  return {
    size: () => counts.size,
    async increment(name, periodMillis) {
      const known = counts.get(name);
      const entry = known === undefined || known.until <= now() ? { count: 0, until: now() + periodMillis } : known;
      entry.count++;
      counts.delete(name);
      if (counts.size >= mostLocal) counts.delete(counts.keys().next().value as string);
      counts.set(name, entry);
      return { count: entry.count, resetMillis: entry.until - now() };
    },
  };
}

/** @param redis undefined when the installation has none */
export function createCounters(redis: Pick<RedisCommander, 'eval'> | undefined, now: () => number): Counters {
  const local = createLocalCounters(now);
  if (redis === undefined) return local;
  return {
    async increment(name, periodMillis) {
      try {
        const answer = (await redis.eval(script, 1, `cardea:limit:${name}`, periodMillis)) as [number, number];
        return { count: answer[0], resetMillis: answer[1] };
      } catch {
        return local.increment(name, periodMillis);
      }
    },
  };
}
