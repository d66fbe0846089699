// Counts, times and traces the gRPC calls that a process answers; labels are bound at the first call of each kind.
import type { CallObserver } from '@cardea/rpc';
import type { Metrics } from './metrics.js';
import type { Tracing } from './trace.js';

const secondBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Makes what `serveRpc` tells of each call. Method and outcome come from small fixed sets, so series stay few. */
export function observeCalls(metrics: Metrics, tracing: Tracing): CallObserver {
  const total = metrics.counter('grpc_requests_total', 'Calls answered.', ['method', 'outcome']);
  const durations = metrics.histogram('grpc_requests_duration_seconds', 'Time to the answer.', secondBuckets, [
    'method',
  ]);
  const counts = new Map<string, { inc(): void }>();
  const times = new Map<string, { observe(seconds: number): void }>();

  const countOf = (method: string, outcome: string) => {
    const key = `${method} ${outcome}`;
    let count = counts.get(key);
    if (count === undefined) counts.set(key, (count = total.labels({ method, outcome })));
    return count;
  };
  const timeOf = (method: string) => {
    let time = times.get(method);
    if (time === undefined) times.set(method, (time = durations.labels({ method })));
    return time;
  };
  return (path, traceparent) => {
    const began = performance.now();
    const span = tracing.below(path, traceparent);
    return {
      traceparent: span.traceparent,
      run: (work) => span.run(work),
      end(outcome, fault) {
        countOf(path, outcome).inc();
        timeOf(path).observe((performance.now() - began) / 1000);
        span.end(fault ? outcome : undefined);
      },
    };
  };
}
