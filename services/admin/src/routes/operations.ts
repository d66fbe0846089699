// Version and metrics on the admin API, where Hydra's operators look for them (hydra-wire §2.10).
import type { Route } from '@cardea/http';
import { caching, sendBytes, sendJson } from '@cardea/http';
import type { Host } from '@cardea/service';

export function operationRoutes(host: Pick<Host, 'metrics'>, version: string): Route[] {
  return [
    { path: '/admin/version', quiet: true, get: (_request, response) => sendJson(response, 200, { version }) },
    {
      path: '/admin/metrics/prometheus',
      quiet: true,
      get: async (request, response) => {
        const headers = { 'Content-Type': host.metrics.contentType, ...caching(request) };
        sendBytes(response, 200, headers, Buffer.from(await host.metrics.text()));
      },
    },
  ];
}
