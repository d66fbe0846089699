// cardea.client.v1.ClientOriginService: may pages of an origin read what a client is answered?
import type { clientOriginV1, Handlers, introspectionV1 } from '@cardea/rpc';
import type { ClientOrigins } from '../client-origins.js';

type Introspect = Handlers<typeof introspectionV1.IntrospectionServiceService>['introspect'];

export function createClientOriginHandlers(options: {
  origins: ClientOrigins;
  introspect: Introspect;
}): Handlers<typeof clientOriginV1.ClientOriginServiceService> {
  const { origins, introspect } = options;
  return {
    async checkOrigin({ origin, clientId, accessToken }, context) {
      if (accessToken === '' && clientId === '') return { allowed: await origins.ofAny(origin) };
      if (accessToken === '') return { allowed: await origins.of(clientId, origin) };
      const token = await introspect({ token: accessToken, tokenTypeHint: '', requiredScopes: [] }, context);
      return { allowed: token.active && (await origins.of(token.clientId, origin)) };
    },
  };
}
