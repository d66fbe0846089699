// The five services in the order in which they can become ready: each finds the ones it calls already there.
import type { Service } from '@cardea/service';

/** Loads them all; whoever wants one imports that one instead. */
export async function allServices(): Promise<readonly Service[]> {
  const [keys, token, admin, gateway] = await Promise.all([
    import('@cardea/keys'),
    import('@cardea/token'),
    import('@cardea/admin'),
    import('@cardea/gateway'),
  ]);
  return [keys.service, token.service, token.workerService, admin.service, gateway.service];
}
