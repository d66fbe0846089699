// Prometheus metrics of one process. Labels are bound before the first request, so that counting costs under a microsecond.
import type { Metric } from 'prom-client';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Histogram } from './histogram.js';
import { createHistogram } from './histogram.js';

export interface Metrics {
  /** @param labels every combination must come from a small fixed set */
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** Has gauges set that tell of the moment, right before each scrape. */
  beforeScrape(set: () => void): void;
  /** The text exposition. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * Has series be there before anything is counted: `increase()` does not see what a series is born with, and an alert on a series that
 * never came to be keeps silent.
 */
export function fromZero<L extends string>(
  counter: Counter<L>,
  ...series: readonly Readonly<Record<L, string>>[]
): Counter<L> {
  for (const labels of series) counter.inc(labels, 0);
  return counter;
}

/** @param labels on every series, beside the name of the service */
export function createMetrics(service: string, labels: Readonly<Record<string, string>> = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service, ...labels });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const histograms = new Map<string, Histogram<string>>();
  // What follows the configuration is built again and goes on counting where its former self stopped.
  const known = (name: string): unknown => registry.getSingleMetric(name);
  const setters: (() => void)[] = [];
  return {
    counter: <L extends string>(name: string, help: string, labels: readonly L[] = []) =>
      (known(name) as Counter<L> | undefined) ?? new Counter({ name, help, labelNames: [...labels], registers }),
    histogram(name: string, help: string, bounds: readonly number[]) {
      const present = histograms.get(name);
      if (present !== undefined) return present;
      const { histogram, told } = createHistogram<string>(name, help, bounds);
      histograms.set(name, histogram);
      // Of a metric, a registry knows its name and asks for nothing but `get`.
      registry.registerMetric(told as unknown as Metric);
      return histogram;
    },
    gauge: <L extends string>(name: string, help: string, labels: readonly L[] = []) =>
      (known(name) as Gauge<L> | undefined) ?? new Gauge({ name, help, labelNames: [...labels], registers }),
    beforeScrape: (set) => void setters.push(set),
    text() {
      for (const set of setters) set();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
