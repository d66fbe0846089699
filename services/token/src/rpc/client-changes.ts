// The part of ClientService that changes one thing of a client and keeps the rest: lifespans, secrets, tokens
// (hydra-wire §2.2, §2.7).
import { checkLifespans, OAuthError, registeredMethod } from '@cardea/oauth';
import type { clientV1, Handlers } from '@cardea/rpc';
import type { CachingClientResolver } from '../client-resolver.js';
import type { ClientSecrets } from '../client-secrets.js';
import type { EventName, Events } from '../events.js';
import type { Clients, StoredClient } from '../storage/clients.js';
import type { Families } from '../storage/families.js';
import { found, known } from './client-lookup.js';

/** How often a change is tried again when somebody else changed the client meanwhile. */
const attempts = 5;

type Changes = Pick<
  Handlers<typeof clientV1.ClientServiceService>,
  'setClientLifespans' | 'rotateClientSecret' | 'dropRotatedClientSecrets' | 'revokeClientTokens'
>;

export function createClientChangeHandlers(options: {
  clients: Clients;
  resolver: CachingClientResolver;
  secrets: ClientSecrets;
  families: Families;
  events: Events;
}): Changes {
  const { clients, resolver, secrets, families, events } = options;

  const announce = (client: StoredClient, event: EventName): void => {
    resolver.forget(client.client.clientId);
    events.record(event, { client_id: client.client.clientId });
  };

  return {
    async setClientLifespans({ clientId, lifespans }) {
      checkLifespans(lifespans);
      for (let attempt = 1; ; attempt++) {
        const { client, version } = found(await clients.find(known(clientId)));
        const outcome = await clients.replace(
          { ...client, lifespans },
          { secretHashes: undefined, ifVersion: version },
        );
        if (outcome !== 'changed') {
          const stored = found(outcome === 'missing' ? undefined : outcome);
          announce(stored, 'client_changed');
          return { client: stored.client };
        }
        if (attempt === attempts) throw new OAuthError('conflict', 'The client changed meanwhile.');
      }
    },

    async rotateClientSecret({ clientId }) {
      const { client } = found(await clients.find(known(clientId)));
      const method = registeredMethod(client);
      if (method !== 'client_secret_basic' && method !== 'client_secret_post') {
        throw new OAuthError(
          'invalid_request',
          `The client authenticates by ${method}; only secrets of client_secret_basic and client_secret_post rotate.`,
        );
      }
      const secret = secrets.generate();
      const hash = await secrets.hash(secret, { generated: true, recoverable: false });
      const stored = found(await clients.rotateSecret(clientId, hash));
      announce(stored, 'client_secret_rotated');
      return { client: stored.client, clientSecret: secret };
    },

    async dropRotatedClientSecrets({ clientId }) {
      const stored = found(await clients.dropRotatedSecrets(known(clientId)));
      announce(stored, 'client_changed');
      return { client: stored.client };
    },

    async revokeClientTokens({ clientId }) {
      await families.endAccessOfClient(known(clientId));
      events.record('client_tokens_revoked', { client_id: clientId });
      return {};
    },
  };
}
