// cardea.client.v1.ClientService: clients as operators manage them (RFC 7591, hydra-wire §2.2).
import {
  checkClientMetadata,
  longestSecret,
  OAuthError,
  registeredMethod,
  sharedSecretBytes,
  shortestSecret,
  withClientDefaults,
} from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { clientV1 } from '@cardea/rpc';
import { randomUuid } from '../authorize/uuid.js';
import type { CachingClientResolver } from '../client-resolver.js';
import type { ClientSecrets } from '../client-secrets.js';
import type { Events } from '../events.js';
import type { Handles } from '../handles.js';
import type { PageTokens } from '../page-tokens.js';
import type { Clients } from '../storage/clients.js';
import type { Families } from '../storage/families.js';
import { createClientChangeHandlers } from './client-changes.js';
import { found, known } from './client-lookup.js';

const defaultPage = 100;
const largestPage = 500;
/** Registration access tokens do not expire. */
const never = 0xffff_ffff;

export function createClientHandlers(options: {
  clients: Clients;
  resolver: CachingClientResolver;
  secrets: ClientSecrets;
  families: Families;
  handles: Handles;
  pageTokens: PageTokens;
  events: Events;
  random: (bytes: number) => Buffer;
}): Handlers<typeof clientV1.ClientServiceService> {
  const { clients, resolver, secrets, families, handles, pageTokens, events, random } = options;

  return {
    ...createClientChangeHandlers({ clients, resolver, secrets, families, events }),

    async createClient(request) {
      const given = request.client ?? clientV1.Client.create();
      const client = accepted({ ...given, clientId: given.clientId === '' ? randomUuid(random) : given.clientId });
      const asKey = signsWithSecret(client);
      const chosen = checkedSecret(request.clientSecret, asKey);
      const secret = isPublic(client) ? '' : (chosen ?? secrets.generate({ asKey }));
      const secretHashes =
        secret === '' ? [] : [await secrets.hash(secret, { generated: chosen === undefined, recoverable: asKey })];
      const registration = handles.mint('registration_access_token', never);
      const stored = await clients.insert({ client, secretHashes, registrationKey: registration.key });
      if (stored === undefined) throw new OAuthError('conflict', 'A client with that id exists already.');
      resolver.forget(client.clientId);
      events.record('client_created', { client_id: client.clientId });
      return { client: stored.client, clientSecret: secret, registrationAccessToken: registration.handle };
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
      return { clients: page.slice(0, limit), nextPageToken: more ? pageTokens.seal('clients', last.clientId) : '' };
    },

    async setClient(request) {
      const client = accepted(request.client ?? clientV1.Client.create());
      const recoverable = signsWithSecret(client);
      const chosen = checkedSecret(request.clientSecret, recoverable);
      const secretHashes =
        chosen === undefined ? undefined : [await secrets.hash(chosen, { generated: false, recoverable })];
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
      resolver.forget(clientId);
      await families.fallOfClient(known(clientId));
      if (!removed) throw new OAuthError('not_found', 'Unable to locate the resource');
      events.record('client_deleted', { client_id: clientId });
      return {};
    },
  };
}

const isPublic = (client: clientV1.Client) => registeredMethod(client) === 'none';
/** Such a secret is a key: long, and stored so that it can be had back (docs/decisions/0030). */
const signsWithSecret = (client: clientV1.Client) => registeredMethod(client) === 'client_secret_jwt';

function accepted(given: clientV1.Client): clientV1.Client {
  const client = withClientDefaults(given);
  checkClientMetadata(client, { subjectTypes: ['public'] });
  return client;
}

/** Undefined when the operator chose none. */
function checkedSecret(secret: string, asKey: boolean): string | undefined {
  if (secret === '') return undefined;
  const shortest = asKey ? sharedSecretBytes : shortestSecret;
  if (secret.length < shortest || Buffer.byteLength(secret) > longestSecret) {
    const limits = `${String(shortest)} characters and at most ${String(longestSecret)} bytes`;
    throw new OAuthError('invalid_client_metadata', `The client_secret must have at least ${limits}.`);
  }
  return secret;
}
