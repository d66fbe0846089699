// Tells a session that is busy from one that hangs: the thread counts each job before it begins it, in memory that both sides
// see, and somebody who looks now and then sees the count stand still (security F16).

/** How many jobs of its batch a thread has begun; `takenAway` once the rest of the batch is another's. */
export type Claims = Int32Array<SharedArrayBuffer>;

const takenAway = -1;

export const createClaims = (): Claims => new Int32Array(new SharedArrayBuffer(4));

/** The thread's side. @returns false when this job is not its any more */
export function claim(claims: Claims, index: number): boolean {
  return Atomics.compareExchange(claims, 0, index, index + 1) === index;
}

/** From now on the thread begins nothing of its batch. */
export function takeAway(claims: Claims): void {
  Atomics.store(claims, 0, takenAway);
}

const lookMillis = 500;

/**
 * Watches one batch, or one opening, from its beginning.
 *
 * @param on.slow called once, when one job took longer than `slowMillis`
 * @param on.hung called once, when it took longer than `hungMillis`
 * @returns ends the watch
 */
export function watchStall(
  claims: Claims,
  limits: { readonly slowMillis: number; readonly hungMillis: number },
  on: { readonly slow: () => void; readonly hung: () => void },
): () => void {
  Atomics.store(claims, 0, 0);
  let seen = 0;
  let still = 0;
  const timer = setInterval(() => {
    const count = Atomics.load(claims, 0);
    // Being told that the rest is another's is no progress.
    if (count !== seen && count !== takenAway) {
      seen = count;
      still = 0;
      return;
    }
    still += lookMillis;
    if (still === limits.slowMillis) on.slow();
    if (still === limits.hungMillis) {
      clearInterval(timer);
      on.hung();
    }
  }, lookMillis);
  return () => clearInterval(timer);
}
