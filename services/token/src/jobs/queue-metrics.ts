// How many jobs wait, run and have failed for good, and since when the oldest waits: read every few seconds, not by whoever scrapes,
// so that a Redis that is away holds up no scrape.
import type { Metrics } from '@cardea/service';
import type { JobDesk } from './job-desk.js';

export interface QueueMetrics {
  /** Looks now. Never fails: what cannot be read is not told. */
  look(): Promise<void>;
  close(): void;
}

const lookMillis = 10_000;

/** @param options.now milliseconds since the epoch */
export function watchQueues(options: { desk: JobDesk; metrics: Metrics; now: () => number }): QueueMetrics {
  const { desk, metrics, now } = options;
  const jobs = metrics.gauge('cardea_queue_jobs', 'Jobs by queue and state; failed ones are dead letters.', [
    'queue',
    'state',
  ]);
  const ages = metrics.gauge('cardea_queue_oldest_waiting_seconds', 'How long the oldest job that could run waits.', [
    'queue',
  ]);
  const read = async (): Promise<void> => {
    try {
      const queues = await desk.queues();
      const since = await Promise.all(queues.map(({ name }) => desk.waitingSince(name)));
      queues.forEach(({ name: queue, counts }, index) => {
        for (const [state, count] of Object.entries(counts)) jobs.labels({ queue, state }).set(count);
        const oldest = since[index];
        ages.labels({ queue }).set(oldest === undefined ? 0 : Math.max(0, (now() - oldest) / 1000));
      });
    } catch {
      // Whoever looks at an old number believes it.
      jobs.reset();
      ages.reset();
    }
  };
  let looking: Promise<void> | undefined;
  const look = (): Promise<void> => (looking ??= read().finally(() => (looking = undefined)));
  const timer = setInterval(() => void look(), lookMillis).unref();
  void look();
  return { look, close: () => clearInterval(timer) };
}
