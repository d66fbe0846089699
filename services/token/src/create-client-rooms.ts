// Puts the client rooms together: clients as operators manage them, and as they register themselves.
import type { clientV1, Handlers } from '@cardea/rpc';
import { createAcceptClient } from './accept-client.js';
import type { CachingClientResolver } from './client-resolver.js';
import type { ClientSecrets } from './client-secrets.js';
import type { ClientSettings } from './client-settings.js';
import { createClientWriter } from './client-writer.js';
import type { Events } from './events.js';
import type { Handles } from './handles.js';
import type { Outbound } from './outbound/index.js';
import type { PageTokens } from './page-tokens.js';
import type { RateLimit } from './rate-limit/rate-limit.js';
import { createClientRegistrationHandlers } from './rpc/client-registration.js';
import { createClientHandlers } from './rpc/client.js';
import type { Clients } from './storage/clients.js';
import type { Families } from './storage/families.js';

export interface ClientRooms {
  readonly clientHandlers: Handlers<typeof clientV1.ClientServiceService>;
  readonly clientRegistrationHandlers: Handlers<typeof clientV1.ClientRegistrationServiceService>;
}

export function createClientRooms(options: {
  settings: ClientSettings;
  clients: Clients;
  resolver: CachingClientResolver;
  secrets: ClientSecrets;
  families: Families;
  handles: Handles;
  outbound: Outbound;
  registrationLimit: RateLimit;
  pageTokens: PageTokens;
  events: Events;
  random: (bytes: number) => Buffer;
}): ClientRooms {
  const { settings, clients, resolver, secrets, families, handles, outbound, pageTokens, events, random } = options;
  const accept = createAcceptClient({ policy: settings.metadata, outbound });
  const writer = createClientWriter({ clients, resolver, secrets, families, handles, events });
  const shared = { clients, resolver, secrets, accept, writer, events, random };
  return {
    clientHandlers: createClientHandlers({ ...shared, families, pageTokens }),
    clientRegistrationHandlers: createClientRegistrationHandlers({
      ...shared,
      settings: settings.registration,
      limit: options.registrationLimit,
      handles,
    }),
  };
}
