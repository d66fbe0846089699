// Traces: whether a request is sampled is decided before any span exists, so an unsampled one costs a comparison.
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { IncomingHttpHeaders } from 'node:http';
import type { TraceParent } from './trace-caller.js';
import { readTraceCaller, readTraceparent } from './trace-caller.js';
import { createTraceScope } from './trace-scope.js';
import type { TraceSettings } from './trace-settings.js';

/** A span that may not exist. */
export interface TraceSpan {
  /** For the next hop; empty when the request is not sampled. */
  readonly traceparent: string;
  /** Does work under this span: what it asks of other services and of storage becomes part of the trace. */
  run<T>(work: () => T): T;
  /** @param name a better one than it began with, once there is one */
  end(error?: unknown, name?: string): void;
}

/** Whatever is asked on the way to an answer, beside our own services. */
export type TracedSystem = 'postgresql' | 'redis' | 'pkcs11' | 'http';

const databases: readonly TracedSystem[] = ['postgresql', 'redis'];

export interface Tracing {
  /**
   * Begins a span at the edge: continues the caller's trace when it is sampled, or flips the coin (W3C Trace Context, B3).
   */
  atEdge(name: string, headers: IncomingHttpHeaders): TraceSpan;
  /** Begins a span below a hop; does nothing for an empty traceparent. */
  below(name: string, traceparent: string): TraceSpan;
  /** Begins a span for one question to a system, below whatever is under way here; names say no values. */
  step(system: TracedSystem, name: string): TraceSpan;
  /** For calls to other services; empty when nothing sampled is under way here. */
  current(): string;
  /** Does work that many requests share, as part of none. */
  outside<T>(work: () => T): T;
  /** False where nothing is ever recorded. */
  readonly on: boolean;
  flush(): Promise<void>;
}

/** A collector that does not answer must not hold up a drain. */
const exportMillis = 3_000;

const none: TraceSpan = { traceparent: '', run: (work) => work(), end: () => undefined };
/** For where nothing is traced. */
export const noTracing: Tracing = {
  on: false,
  atEdge: () => none,
  below: () => none,
  step: () => none,
  current: () => '',
  outside: (work) => work(),
  flush: () => Promise.resolve(),
};

/** Tracing for one process; without a target nothing is loaded and nothing is recorded. */
export async function openTracing(
  { serviceName, deploymentEnvironment, target, trustsCallers }: TraceSettings,
  random: () => number,
): Promise<Tracing> {
  if (target === undefined) return noTracing;
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
  const { url, sampleRatio, headers } = target;
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      ...(deploymentEnvironment === undefined ? {} : { 'deployment.environment.name': deploymentEnvironment }),
    }),
    // The coin is ours: a span that exists is a span that is sent, whatever OTEL_* variables say.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: exportMillis })),
    ],
  });
  const tracer: Tracer = provider.getTracer('cardea');
  const scope = createTraceScope();

  const begin = (name: string, options: SpanOptions, parent?: TraceParent): TraceSpan => {
    const context =
      parent === undefined
        ? api.ROOT_CONTEXT
        : api.trace.setSpanContext(api.ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: api.TraceFlags.SAMPLED,
            isRemote: true,
          });
    const span: Span = tracer.startSpan(name, options, context);
    const { traceId, spanId } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-01`;
    const held = scope.open(traceparent);
    return {
      traceparent,
      run: (work) => held.run(work),
      end(error, better) {
        held.end();
        if (better !== undefined) span.updateName(better);
        if (error !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
  const server: SpanOptions = { kind: api.SpanKind.SERVER };
  const child = (name: string, options: SpanOptions, traceparent: string): TraceSpan => {
    const parent = traceparent === '' ? undefined : readTraceparent(traceparent);
    return parent === undefined ? none : begin(name, options, parent);
  };
  return {
    on: true,
    atEdge(name, said) {
      const caller = trustsCallers ? readTraceCaller(said) : undefined;
      const sampled = caller?.sampled ?? random() < sampleRatio;
      return sampled ? begin(name, server, caller?.parent) : none;
    },
    below: (name, traceparent) => child(name, server, traceparent),
    step(system, name) {
      const current = scope.current();
      if (current === '') return none;
      const attributes = databases.includes(system) ? { 'db.system.name': system } : {};
      return child(`${system} ${name}`, { kind: api.SpanKind.CLIENT, attributes }, current);
    },
    current: () => scope.current(),
    outside: (work) => scope.outside(work),
    flush: () => provider.shutdown(),
  };
}

/** Has a question to a system appear in the trace under way. */
export function traced<T>(
  tracing: Pick<Tracing, 'step'>,
  system: TracedSystem,
  name: string,
  ask: () => Promise<T>,
): Promise<T> {
  const span = tracing.step(system, name);
  return span === none ? ask() : endWith(span, ask);
}

/** Does work that nobody waits for, as a trace of its own where the coin says so. @param name says no values */
export function tracedAlone<T>(tracing: Pick<Tracing, 'atEdge'>, name: string, work: () => Promise<T>): Promise<T> {
  const span = tracing.atEdge(name, {});
  return span === none ? work() : endWith(span, () => span.run(work));
}

async function endWith<T>(span: TraceSpan, ask: () => Promise<T>): Promise<T> {
  try {
    const answer = await ask();
    span.end();
    return answer;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
