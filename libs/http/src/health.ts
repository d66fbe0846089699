// Liveness and readiness as Hydra answers them on both its APIs (hydra-wire §1.9).
import type { Host } from '@cardea/service';
import type { Route } from './route.js';
import { sendJson } from './send.js';

/**
 * @param options.prefix put before both paths
 * @param options.logged whether each request is a line in the log; by default only failures are
 * @param options.reasons `shown` tells what is wrong; `hidden` only that something is, for the internet
 */
export function healthRoutes(
  host: Pick<Host, 'checks' | 'draining'>,
  options: { readonly prefix: string; readonly reasons: 'shown' | 'hidden'; readonly logged?: boolean },
): Route[] {
  const quiet = options.logged === true ? {} : ({ quiet: true } as const);
  return [
    {
      path: `${options.prefix}/health/alive`,
      ...quiet,
      get: (_request, response) => sendJson(response, 200, { status: 'ok' }),
    },
    {
      path: `${options.prefix}/health/ready`,
      ...quiet,
      get: async (_request, response) => {
        const problems = await host.checks.problems();
        const errors = Object.entries(
          host.draining() ? { draining: 'the service is stopping', ...problems } : problems,
        );
        if (errors.length === 0) return sendJson(response, 200, { status: 'ok' });
        const shown = errors.map(([name, text]) => [name, options.reasons === 'shown' ? text : 'not ready']);
        sendJson(response, 503, { errors: Object.fromEntries(shown) as Record<string, string> });
      },
    },
  ];
}
