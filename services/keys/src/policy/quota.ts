// So many signatures a second for each caller and purpose: whoever owns a token service cannot mint without end (security §2.3
// rule 8).
import type { Log } from '@cardea/service';
import { busy } from '../unavailable.js';

/**
 * Takes one signature from what a caller has left.
 *
 * @throws {OAuthError} when nothing is left; a part of a second later there is
 */
export type Quota = (caller: string | undefined, purpose: string) => void;

/** A token bucket. */
interface Bucket {
  left: number;
  /** Milliseconds since the epoch. */
  filledAt: number;
  toldAt: number;
}

/** How often it is said that a caller asks for too much. */
const tellMillis = 60_000;

/** @param options.perSecond undefined: without a limit; it is also what may be asked for at once */
export function createQuota(options: {
  perSecond: number | undefined;
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Quota {
  const { perSecond, log, now } = options;
  if (perSecond === undefined) return () => undefined;
  // As many as there are names in the allow-list, times the purposes.
  const buckets = new Map<string, Bucket>();
  return (caller = '', purpose) => {
    const name = JSON.stringify([caller, purpose]);
    const at = now();
    let bucket = buckets.get(name);
    if (bucket === undefined) buckets.set(name, (bucket = { left: perSecond, filledAt: at, toldAt: -Infinity }));
    const passed = Math.max(0, at - bucket.filledAt);
    bucket.left = Math.min(perSecond, bucket.left + (passed * perSecond) / 1000);
    bucket.filledAt = at;
    if (bucket.left >= 1) {
      bucket.left--;
      return;
    }
    if (at - bucket.toldAt >= tellMillis) {
      bucket.toldAt = at;
      log.warn({ caller, purpose, per_second: perSecond }, 'a caller asks for more signatures than it may have');
    }
    throw busy();
  };
}
