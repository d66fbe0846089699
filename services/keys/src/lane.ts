// A bounded lane: so much work at once, so much waiting, and nothing begun past its deadline (security §2.3 rule 8).
import { busy, late } from './unavailable.js';

interface Waiting {
  readonly deadline: number;
  readonly begin: () => void;
  readonly reject: (error: Error) => void;
}

/** @throws {OAuthError} temporarily_unavailable when the lane is full or the deadline passed while waiting */
export type Lane = <T>(deadline: number, work: () => Promise<T>) => Promise<T>;

export function createLane(options: {
  atOnce: number;
  waiting: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Lane {
  const { atOnce, now } = options;
  const queue: Waiting[] = [];
  let running = 0;

  const next = (): void => {
    running--;
    while (running < atOnce) {
      const first = queue.shift();
      if (first === undefined) return;
      if (first.deadline <= now()) first.reject(late());
      else first.begin();
    }
  };

  return (deadline, work) =>
    new Promise((resolve, reject) => {
      const begin = () => {
        running++;
        work().then(resolve, reject).finally(next);
      };
      if (running < atOnce) begin();
      else if (queue.length >= options.waiting) reject(busy());
      else queue.push({ deadline, begin, reject });
    });
}
