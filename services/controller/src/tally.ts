// How many resources there are and how many are as they should be, for metrics; and which of them is news.
import type { Metrics } from '@cardea/service';
import type { Verdict } from './status.js';

export interface Tally {
  /** @returns whether the verdict differs from the one before; undefined: the resource is gone */
  told(key: string, verdict: Verdict | undefined): boolean;
  /** One more round did not come to its end. */
  failed(): void;
}

export function createTally(metrics: Metrics): Tally {
  const verdicts = new Map<string, { ready: boolean; text: string }>();
  const rounds = metrics.counter('cardea_controller_rounds_total', 'Resources looked at, by what came of it.', [
    'outcome',
  ]);
  for (const outcome of ['ready', 'refused', 'gone', 'failed']) rounds.inc({ outcome }, 0);
  const gauge = metrics.gauge('cardea_controller_resources', 'Resources by whether their client is as they say.', [
    'ready',
  ]);
  metrics.beforeScrape(() => {
    const ready = [...verdicts.values()].filter((each) => each.ready).length;
    gauge.set({ ready: 'true' }, ready);
    gauge.set({ ready: 'false' }, verdicts.size - ready);
  });
  return {
    told(key, verdict) {
      rounds.inc({ outcome: verdict === undefined ? 'gone' : verdict.ready ? 'ready' : 'refused' });
      const text = `${verdict?.reason ?? ''} ${verdict?.message ?? ''}`;
      const news = verdicts.get(key)?.text !== text;
      if (verdict === undefined) verdicts.delete(key);
      else verdicts.set(key, { ready: verdict.ready, text });
      return news;
    },
    failed: () => rounds.inc({ outcome: 'failed' }),
  };
}
