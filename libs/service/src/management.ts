// The management port of a process: liveness, readiness, metrics. Bare HTTP, never exposed to the internet.
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { Checks } from './checks.js';
import type { Metrics } from './metrics.js';

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** @param draining true from the moment the service was told to stop */
export function createManagementServer(options: {
  readonly checks: Checks;
  readonly metrics: Metrics;
  readonly draining: () => boolean;
}): Server {
  return createServer((request, response) => {
    const json = 'application/json';
    switch (request.url?.split('?')[0]) {
      case '/health/alive':
        send(response, 200, json, '{"status":"ok"}\n');
        break;
      case '/health/ready':
        void options.checks.problems().then((problems) => {
          const errors = options.draining() ? { draining: 'the service is stopping', ...problems } : problems;
          if (Object.keys(errors).length === 0) send(response, 200, json, '{"status":"ok"}\n');
          else send(response, 503, json, `${JSON.stringify({ errors })}\n`);
        });
        break;
      case '/metrics':
        void options.metrics.text().then((text) => send(response, 200, options.metrics.contentType, text));
        break;
      default:
        send(response, 404, json, '{"error":"not_found"}\n');
    }
  });
}
