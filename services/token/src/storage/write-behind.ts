// Keeps rows and writes them behind the answers they are about: many at once and a moment later, so that nobody waits for them. For
// what may be lost with the process; what must not be is written by the transaction of the change itself.
import type { Log } from '@cardea/service';

export interface WriteBehind<Row> {
  /** @returns whether it is kept: a database that is away for too long makes it lose the newest */
  keep(row: Row): boolean;
  /** Writes what was kept so far. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const flushMillis = 250;
const together = 2_000;

/**
 * @param options.write stores rows, 2,000 at most; what fails is tried again
 * @param options.mostKept rows that wait at most
 * @param options.late logged once when rows cannot be written, for each reason
 * @param options.full logged once when there are too many
 */
export function createWriteBehind<Row>(options: {
  write: (rows: readonly Row[]) => Promise<void>;
  mostKept: number;
  late: string;
  full: string;
  log: Log;
}): WriteBehind<Row> {
  const { write, mostKept, late, full, log } = options;
  let kept: Row[] = [];
  let flushing: Promise<void> | undefined;
  let said = '';

  const writeAll = async (): Promise<void> => {
    while (kept.length > 0) {
      const batch = kept.slice(0, together);
      await write(batch);
      kept = kept.slice(batch.length);
    }
    said = '';
  };
  const flush = (): Promise<void> => {
    flushing ??= writeAll()
      .catch((error: unknown) => {
        const { message } = error as Error;
        if (message !== said) log.warn({ err: message }, late);
        said = message;
      })
      .finally(() => (flushing = undefined));
    return flushing;
  };
  const timer = setInterval(() => void (kept.length > 0 && flush()), flushMillis).unref();

  return {
    keep(row) {
      if (kept.length < mostKept) {
        kept.push(row);
        return true;
      }
      if (said !== 'full') log.error({ kept: mostKept }, full);
      said = 'full';
      return false;
    },
    flush,
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}
