// grpc.health.v1: the server's readiness, in the words load balancers and probes understand.
import { OAuthError } from '@cardea/oauth';
import { HealthCheckResponse_ServingStatus, HealthService } from './gen/grpc/health/v1/health.pb.js';
import type { ServedService } from './service.js';
import { implement, serviceName } from './service.js';

/** @param ready the host's readiness, already bounded in time */
export async function isServing(ready: () => Promise<boolean> | boolean): Promise<boolean> {
  try {
    return await ready();
  } catch {
    return false;
  }
}

/**
 * @param ready the host's readiness, already bounded in time
 * @param services what the server serves besides; they are as healthy as the server is
 */
export function healthService(
  ready: () => Promise<boolean> | boolean,
  services: readonly ServedService[],
): ServedService {
  const names = new Set(['', ...services.map(serviceName)]);
  return implement(HealthService, {
    async check({ service }) {
      if (!names.has(service)) throw new OAuthError('not_found', 'No such service is served here.');
      const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
      return { status: (await isServing(ready)) ? SERVING : NOT_SERVING };
    },
  });
}
