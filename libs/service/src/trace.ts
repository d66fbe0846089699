// Traces: whether a request is sampled is decided before any span exists, so an unsampled one costs a comparison.
import type { Span, Tracer } from '@opentelemetry/api';

/** A span that may not exist. */
export interface TraceSpan {
  /** For the next hop; empty when the request is not sampled. */
  readonly traceparent: string;
  /** @param name a better one than it began with, once there is one */
  end(error?: unknown, name?: string): void;
}

export interface Tracing {
  /** Begins a span at the edge: continues the caller's trace when it is sampled, or flips the coin (W3C Trace Context). */
  atEdge(name: string, traceparent: string | undefined): TraceSpan;
  /** Begins a span below a hop; does nothing for an empty traceparent. */
  below(name: string, traceparent: string): TraceSpan;
  flush(): Promise<void>;
}

/** A collector that does not answer must not hold up a drain. */
const exportMillis = 3_000;

const none: TraceSpan = { traceparent: '', end: () => undefined };
const shape = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Tracing for one process; without an endpoint nothing is loaded and nothing is recorded. */
export async function openTracing(
  service: string,
  options: { otlpEndpoint?: string | undefined; sampleRatio: number; random: () => number },
): Promise<Tracing> {
  const endpoint = options.otlpEndpoint;
  if (endpoint === undefined) return { atEdge: () => none, below: () => none, flush: () => Promise.resolve() };
  const [
    api,
    { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor },
    { OTLPTraceExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `cardea-${service}` }),
    // The coin is ours: a span that exists is a span that is sent, whatever OTEL_* variables say.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint, timeoutMillis: exportMillis }))],
  });
  const tracer: Tracer = provider.getTracer('cardea');

  const begin = (name: string, parent?: { traceId: string; spanId: string }): TraceSpan => {
    const context =
      parent === undefined
        ? api.ROOT_CONTEXT
        : api.trace.setSpanContext(api.ROOT_CONTEXT, {
            ...parent,
            traceFlags: api.TraceFlags.SAMPLED,
            isRemote: true,
          });
    const span: Span = tracer.startSpan(name, {}, context);
    const { traceId, spanId } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      end(error, better) {
        if (better !== undefined) span.updateName(better);
        if (error !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
  return {
    atEdge(name, traceparent) {
      const parts = traceparent === undefined ? null : shape.exec(traceparent);
      if (parts !== null) {
        const [, traceId = '', spanId = '', flags = '00'] = parts;
        return (Number.parseInt(flags, 16) & 1) === 1 ? begin(name, { traceId, spanId }) : none;
      }
      if (options.random() >= options.sampleRatio) return none;
      return begin(name);
    },
    below(name, traceparent) {
      const parts = traceparent === '' ? null : shape.exec(traceparent);
      return parts === null ? none : begin(name, { traceId: parts[1] ?? '', spanId: parts[2] ?? '' });
    },
    flush: () => provider.shutdown(),
  };
}
