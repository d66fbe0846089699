// cardea.client.v1.ClientService: clients as operators manage them (RFC 7591, hydra-wire §2.2).
import { OAuthError } from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { clientV1 } from '@cardea/rpc';
import type { AcceptClient } from '../accept-client.js';
import { randomUuid } from '../authorize/uuid.js';
import type { CachingClientResolver } from '../client-resolver.js';
import type { ClientSecrets } from '../client-secrets.js';
import type { ClientWriter } from '../client-writer.js';
import type { Events } from '../events.js';
import type { PageTokens } from '../page-tokens.js';
import type { Clients } from '../storage/clients.js';
import type { Families } from '../storage/families.js';
import { createClientChangeHandlers } from './client-changes.js';
import { found, known } from './client-lookup.js';

const defaultPage = 100;
const largestPage = 500;

export function createClientHandlers(options: {
  clients: Clients;
  resolver: CachingClientResolver;
  secrets: ClientSecrets;
  families: Families;
  accept: AcceptClient;
  writer: ClientWriter;
  pageTokens: PageTokens;
  events: Events;
  random: (bytes: number) => Buffer;
}): Handlers<typeof clientV1.ClientServiceService> {
  const { clients, resolver, secrets, families, accept, writer, pageTokens, events, random } = options;

  return {
    ...createClientChangeHandlers({ clients, resolver, secrets, families, events }),

    async createClient(request) {
      const given = request.client ?? clientV1.Client.create();
      const clientId = given.clientId === '' ? randomUuid(random) : given.clientId;
      return writer.create(await accept({ ...given, clientId, dynamicallyRegistered: false }), request.clientSecret);
    },

    async getClient({ clientId }) {
      const { client, version } = found(await clients.find(known(clientId)));
      return { client, version };
    },

    async listClients({ pageSize, pageToken, clientName, owner }) {
      const limit = Math.min(pageSize > 0 ? pageSize : defaultPage, largestPage);
      const after = pageToken === '' ? '' : pageTokens.open('clients', pageToken);
      const page = await clients.list({ after, limit: limit + 1, name: known(clientName), owner: known(owner) });
      const last = page[limit - 1];
      const more = page.length > limit && last !== undefined;
      return {
        clients: page.slice(0, limit),
        nextPageToken: more ? pageTokens.seal('clients', last.clientId) : '',
        firstPageToken: pageTokens.seal('clients', ''),
      };
    },

    async setClient(request) {
      const given = request.client ?? clientV1.Client.create();
      const present = found(await clients.find(known(given.clientId))).client;
      const { dynamicallyRegistered } = present;
      const client = await accept({ ...given, dynamicallyRegistered }, present);
      const secretHashes = await writer.chosenHashes(client, request.clientSecret);
      const outcome = await clients.replace(client, { secretHashes, ifVersion: request.ifVersion });
      if (outcome === 'changed') throw new OAuthError('conflict', 'The client changed meanwhile.');
      const stored = found(outcome === 'missing' ? undefined : outcome);
      resolver.forget(client.clientId);
      events.record('client_changed', { client_id: client.clientId });
      return { client: stored.client };
    },

    async deleteClient({ clientId }) {
      // The client first: from then on nothing new is issued to it. Its tokens even when an earlier attempt got no further.
      const removed = await clients.remove(known(clientId));
      await writer.endAllOf(known(clientId));
      if (!removed) throw new OAuthError('not_found', 'Unable to locate the resource');
      events.record('client_deleted', { client_id: clientId });
      return {};
    },
  };
}
