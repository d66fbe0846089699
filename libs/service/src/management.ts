// The management port of a process: liveness, readiness, metrics. Bare HTTP, never exposed to the internet.
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { Checks, Problems } from './checks.js';
import type { Metrics } from './metrics.js';

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

interface ManagementOptions {
  readonly checks: Checks;
  readonly metrics: Metrics;
  /** Why the process takes no requests now, whatever its checks say: it starts, or it stops. */
  readonly unready: () => string | undefined;
}

/** A phase of the process goes before its checks: those of a start that has not ended would be remembered. */
function readiness({ checks, unready }: ManagementOptions): Promise<Problems> {
  const phase = unready();
  return phase === undefined ? checks.problems() : Promise.resolve({ service: phase });
}

/** Serves `/health/alive`, `/health/ready` and `/metrics`. */
export function createManagementServer(options: ManagementOptions): Server {
  return createServer((request, response) => {
    const json = 'application/json';
    switch (request.url?.split('?')[0]) {
      case '/health/alive':
        send(response, 200, json, '{"status":"ok"}\n');
        break;
      case '/health/ready':
        void readiness(options).then((errors) => {
          if (Object.keys(errors).length === 0) send(response, 200, json, '{"status":"ok"}\n');
          else send(response, 503, json, `${JSON.stringify({ errors })}\n`);
        });
        break;
      case '/metrics':
        void options.metrics.text().then(
          (text) => send(response, 200, options.metrics.contentType, text),
          () => send(response, 500, json, '{"error":"server_error"}\n'),
        );
        break;
      default:
        send(response, 404, json, '{"error":"not_found"}\n');
    }
  });
}
