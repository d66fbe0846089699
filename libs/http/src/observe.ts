// Counts and logs every request once it is over: Hydra's metric names with bound labels, one line with names and no
// values (hydra-wire §10.3, security §2.8, performance rule 15).
import type { Log, Metrics } from '@cardea/service';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from './context.js';

/** What the router found out. */
export interface Observed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: RequestContext;
  /** The pattern of the route, or undefined when none matched. */
  readonly route: string | undefined;
  /** Successes of this route are counted, not logged. */
  readonly quiet: boolean;
}

interface Bound {
  record(seconds: number, bytesIn: number, bytesOut: number): void;
}

const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const byteBuckets = [100, 1_000, 10_000, 100_000, 1_000_000];

/** Makes a function that is called at the end of each request. */
export function createObserver(host: { log: Log; metrics: Metrics }): (observed: Observed) => void {
  const bind = createBinder(host.metrics);
  const bound = new Map<string, Bound>();

  return ({ request, response, context, route, quiet }) => {
    const tookMillis = performance.now() - context.startedAt;
    // 499 is what nginx and Hydra call a caller that did not wait.
    const status = response.writableFinished ? response.statusCode : 499;
    const method = request.method ?? '';
    const endpoint = route ?? 'unknown';
    const key = `${method} ${endpoint} ${String(status)}`;
    let series = bound.get(key);
    if (series === undefined) bound.set(key, (series = bind(method, endpoint, status)));
    series.record(tookMillis / 1000, Number(request.headers['content-length'] ?? 0), context.sent);
    const { span } = context;
    span.end(status >= 500 ? context.error : undefined, span.traceparent === '' ? undefined : `${method} ${endpoint}`);
    if (quiet && status < 400) return;
    host.log.info(
      {
        request_id: context.requestId,
        method,
        path: route === undefined ? strangePath(context.path) : context.path.slice(0, 200),
        parameters: parameterNames(request, context),
        status,
        took_ms: Math.round(tookMillis * 100) / 100,
        error: context.error,
        error_id: context.errorId,
      },
      'request',
    );
  };
}

/** A path that nothing answers may be a token that somebody put in the wrong place: only short plain words are told. */
function strangePath(path: string): string {
  return path
    .slice(0, 200)
    .split('/')
    .map((segment) => (/^[a-z0-9._-]{0,24}$/.test(segment) ? segment : '?'))
    .join('/');
}

/** Names only, and only such as a parameter has: a secret in the wrong place must not get into the log. */
function parameterNames(request: IncomingMessage, context: RequestContext): string[] {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const query =
    mark === -1
      ? []
      : url
          .slice(mark + 1)
          .split('&', 40)
          .map((part) => part.split('=', 1)[0] ?? '');
  return [...query, ...context.form.slice(0, 40).map(({ name }) => name)].map((name) =>
    /^[a-z_]{1,40}$/.test(name) ? name : '?',
  );
}

function createBinder(metrics: Metrics): (method: string, endpoint: string, status: number) => Bound {
  const total = metrics.counter('http_requests_total', 'Requests.', ['code', 'method', 'endpoint']);
  const statuses = metrics.counter('http_requests_statuses_total', 'Requests by class of status.', [
    'method',
    'status_bucket',
  ]);
  const durations = metrics.histogram('http_requests_duration_seconds', 'Time to the last byte.', secondBuckets, [
    'code',
    'method',
    'endpoint',
  ]);
  const times = metrics.histogram('http_response_time_seconds', 'Time to the last byte, by endpoint.', secondBuckets, [
    'endpoint',
  ]);
  const requestSizes = metrics.histogram('http_requests_size_bytes', 'Bytes of request bodies.', byteBuckets, [
    'code',
    'method',
  ]);
  const responseSizes = metrics.histogram('http_response_size_bytes', 'Bytes of response bodies.', byteBuckets, [
    'code',
    'method',
  ]);
  return (method, route, status) => {
    const code = String(status);
    // As Hydra's dashboards know them: /admin/clients/{id}.
    const endpoint = route.replace(/:(\w+)/g, '{$1}');
    const count = total.labels({ code, method, endpoint });
    const bucket = statuses.labels({ method, status_bucket: `${String(Math.floor(status / 100))}xx` });
    const duration = durations.labels({ code, method, endpoint });
    const time = times.labels({ endpoint });
    const requestSize = requestSizes.labels({ code, method });
    const responseSize = responseSizes.labels({ code, method });
    return {
      record(seconds, bytesIn, bytesOut) {
        count.inc();
        bucket.inc();
        duration.observe(seconds);
        time.observe(seconds);
        requestSize.observe(bytesIn);
        responseSize.observe(bytesOut);
      },
    };
  };
}
