// grpc.health.v1: the server's readiness, in the words load balancers and probes understand.
import { HealthService } from './gen/grpc/health/v1/health.pb.js';
import type { ServedService } from './service.js';
import { implement } from './service.js';

/** @param ready the host's readiness, already bounded in time */
export function healthService(ready: () => Promise<boolean>): ServedService {
  return implement(HealthService, {
    check: async () => ({ status: (await ready().catch(() => false)) ? ('SERVING' as const) : ('NOT_SERVING' as const) }),
  });
}
