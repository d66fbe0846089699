// cardea.token.v1.IntrospectionService: for the admin service, and for any internal service on the allow-list.
import type { Handlers } from '@cardea/rpc';
import type { introspectionV1 } from '@cardea/rpc';
import type { Introspection } from '../introspect.js';

export function createIntrospectionHandlers(
  introspection: Introspection,
): Handlers<typeof introspectionV1.IntrospectionServiceService> {
  return {
    introspect: introspection.one,
    introspectBatch: async ({ requests }) => ({ responses: await introspection.many(requests) }),
  };
}
