// What is seen of storage: rows of each statement in traces and, batch by batch, in metrics. Statements are known by name.
import type { Metrics, Tracing, TraceSpan } from '@cardea/service';

export interface StorageObserver {
  /** Begins a row's way through a statement, in the trace under way. */
  readonly row: (statement: string) => TraceSpan;
  /** Does what rows of several requests share. */
  readonly outside: <T>(work: () => T) => T;
  /** @returns counts the rows of each batch of this statement */
  readonly batches: (statement: string) => (rows: number) => void;
}

const rowBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function observeStorage(metrics: Metrics, tracing: Tracing): StorageObserver {
  const histogram = metrics.histogram('cardea_group_commit_rows', 'Rows that went in one statement.', rowBuckets, [
    'statement',
  ]);
  return {
    row: (statement) => tracing.step('postgresql', statement),
    outside: (work) => tracing.outside(work),
    batches(statement) {
      const series = histogram.labels({ statement });
      return (rows) => series.observe(rows);
    },
  };
}
