// Tells the audit stream whom the admin API turned away. Whoever can knock must not fill a disk: those who are alike are counted for a
// few seconds and told as one, and of many kinds at once the rest is one kind (security §2.5).
import type { ClientOf, eventStreamV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';

type Report = ClientOf<typeof eventStreamV1.EventStreamServiceService>['reportRefusals'];

interface Refusal {
  readonly reason: 'unauthorized' | 'forbidden';
  /** Empty where nobody is known. */
  readonly actor: string;
  readonly method: string;
}

export interface Refusals {
  add(refusal: Refusal): void;
  /** Tells what was counted so far. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const everyMillis = 5_000;
const mostKinds = 20;

export function createRefusals({ report, log }: { report: Report; log: Log }): Refusals {
  let counted = new Map<string, { refusal: Refusal; count: number }>();

  const flush = async (): Promise<void> => {
    if (counted.size === 0) return;
    const refusals = [...counted.values()].map(({ refusal, count }) => ({ ...refusal, count }));
    counted = new Map();
    try {
      await report({ refusals });
    } catch (error) {
      // Each of them is in the log, and counted there.
      log.warn({ err: (error as Error).message }, 'the audit stream could not be told who was turned away');
    }
  };
  const timer = setInterval(() => void flush(), everyMillis).unref();

  return {
    add(refusal) {
      const own = JSON.stringify(refusal);
      const other: Refusal = { reason: refusal.reason, actor: '', method: '' };
      const known = counted.has(own) || counted.size < mostKinds;
      const kind = known ? own : JSON.stringify(other);
      const entry = counted.get(kind) ?? { refusal: known ? refusal : other, count: 0 };
      entry.count++;
      counted.set(kind, entry);
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
