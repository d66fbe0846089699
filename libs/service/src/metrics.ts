// Prometheus metrics of one process. Labels are bound before the first request, so that counting costs under a microsecond.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

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
  /** The text exposition. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** @param labels on every series, beside the name of the service */
export function createMetrics(service: string, labels: Readonly<Record<string, string>> = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service, ...labels });
  collectDefaultMetrics({ register: registry });
  return {
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers: [registry] }),
    gauge: (name, help, labels = []) => new Gauge({ name, help, labelNames: [...labels], registers: [registry] }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
