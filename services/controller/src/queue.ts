// What is to be looked at: each thing once however often it was mentioned, never twice at a time, and again after a failure, later and
// later.

export interface Queue {
  /** Has it looked at soon; once more after the present time, if it is being looked at. */
  add(item: string): void;
  /** Takes nothing up any more; settles when what has begun is over. */
  close(): Promise<void>;
}

export interface QueueOptions {
  /** @throws to be asked again later */
  readonly work: (item: string) => Promise<void>;
  readonly failed: (item: string, error: unknown) => void;
  /** How many at a time. */
  readonly breadth: number;
  readonly firstPauseMillis: number;
  readonly longestPauseMillis: number;
}

export function createQueue(options: QueueOptions): Queue {
  const { work, failed, breadth, firstPauseMillis, longestPauseMillis } = options;
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let closed = false;

  const next = (): void => {
    if (closed) return;
    for (const item of waiting) {
      if (running.size >= breadth) return;
      if (running.has(item)) continue;
      waiting.delete(item);
      running.set(item, run(item));
    }
  };

  const run = async (item: string): Promise<void> => {
    clearTimeout(timers.get(item));
    timers.delete(item);
    try {
      await work(item);
      failures.delete(item);
    } catch (error) {
      failed(item, error);
      later(item);
    } finally {
      running.delete(item);
      next();
    }
  };

  const later = (item: string): void => {
    if (closed) return;
    const count = failures.get(item) ?? 0;
    failures.set(item, count + 1);
    const timer = setTimeout(() => add(item), Math.min(firstPauseMillis * 2 ** count, longestPauseMillis));
    timers.set(item, timer);
  };

  const add = (item: string): void => {
    waiting.add(item);
    next();
  };

  return {
    add,
    async close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
