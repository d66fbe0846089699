// Those who ask while the work for those before is under way are served together by the next (ARCHITECTURE §9.4): the pump behind
// group-commit.ts, and behind transactions that decide about many at once.
import type { TraceSpan } from '@cardea/service';
import { lostConflict } from '@cardea/service';
import { causeOf, sqlState, storageFailure } from './database.js';
import type { StorageObserver } from './observe-storage.js';

export interface GroupLimits {
  readonly maxBatch?: number;
  readonly maxInFlight?: number;
}

/**
 * So many rows go in a batch of their own while another is under way; fewer wait for it, because a batch costs what ten rows do: with 64
 * callers batches are twice as large, and code exchanges cost PostgreSQL half.
 */
const worthAnother = 64;
/** How long they wait for it at most. */
const patienceMillis = 10;

interface Waiting<Row, Result> {
  readonly row: Row;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly span: TraceSpan | undefined;
}

/**
 * Makes a function that settles after the work for its row has committed.
 *
 * What PostgreSQL refuses was rolled back whole and is tried row by row, so that one bad row cannot fail its neighbours; what it gave up
 * for the sake of another transaction is first tried once more as it is. Work whose outcome is unknown (the connection broke) fails for
 * all of them.
 *
 * @param seen by whom, and under which name
 * @param work answers in the order of its rows; it must bear being done again
 */
export function createGroups<Row, Result>(
  seen: { readonly name: string; readonly observed: StorageObserver | undefined },
  work: (rows: readonly Row[]) => Promise<readonly Result[]>,
  limits: GroupLimits = {},
): (row: Row) => Promise<Result> {
  const maxBatch = limits.maxBatch ?? 256;
  const maxInFlight = limits.maxInFlight ?? 2;
  let waiting: Waiting<Row, Result>[] = [];
  let inFlight = 0;
  let scheduled = false;
  let held: NodeJS.Timeout | undefined;
  const { name, observed } = seen;
  const counted = observed?.batches(name);

  const run = async (batch: readonly Waiting<Row, Result>[], again = true): Promise<void> => {
    try {
      counted?.(batch.length);
      const results = await work(batch.map((item) => item.row));
      batch.forEach((item, index) => {
        item.span?.end();
        item.resolve(results[index] as Result);
      });
    } catch (error) {
      if (again && lostConflict(causeOf(error))) {
        await run(batch, false);
      } else if (batch.length > 1 && isRefusal(error)) {
        for (const item of batch) await run([item]);
      } else {
        for (const item of batch) {
          item.span?.end(error);
          item.reject(storageFailure(error));
        }
      }
    }
  };

  const due = (): boolean => inFlight === 0 || (inFlight < maxInFlight && waiting.length >= worthAnother);
  const begin = (): void => {
    const batch = waiting.slice(0, maxBatch);
    waiting = waiting.slice(maxBatch);
    inFlight++;
    void run(batch).finally(() => {
      inFlight--;
      // What this turn of the event loop still reads from other connections goes along.
      if (waiting.length > 0) schedule();
    });
  };
  const pump = (): void => {
    scheduled = false;
    clearTimeout(held);
    held = undefined;
    while (waiting.length > 0 && due()) begin();
    if (waiting.length > 0 && inFlight < maxInFlight) held = setTimeout(overtake, patienceMillis);
  };
  /** The batch under way waits for somebody's lock, or for a slow disk: those behind it do not. */
  const overtake = (): void => {
    if (waiting.length > 0 && inFlight < maxInFlight) begin();
    pump();
  };
  const schedule = (): void => {
    if (scheduled || (held !== undefined && !due()) || inFlight >= maxInFlight) return;
    scheduled = true;
    setImmediate(pump);
  };

  return (row) =>
    new Promise((resolve, reject) => {
      waiting.push({ row, resolve, reject, span: observed?.row(name) });
      if (observed === undefined) schedule();
      else observed.outside(schedule);
    });
}

/** Classes 08 and 57 (connection, shutdown) and 53 (resources): retrying row by row would only make it worse. */
function isRefusal(error: unknown): boolean {
  const state = sqlState(causeOf(error));
  return state !== undefined && !/^(08|53|57)/.test(state);
}
