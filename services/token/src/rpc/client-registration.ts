// cardea.client.v1.ClientRegistrationService: clients register themselves, and manage what they registered with the token
// they got for it (RFC 7591, RFC 7592).
import {
  checkDelicateMembers,
  keepingOperatorsWord,
  OAuthError,
  registeredMethod,
  withRegistrationRules,
} from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { clientV1 } from '@cardea/rpc';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AcceptClient } from '../accept-client.js';
import { randomUuid } from '../authorize/uuid.js';
import type { CachingClientResolver } from '../client-resolver.js';
import type { ClientSecrets } from '../client-secrets.js';
import type { RegistrationSettings } from '../client-settings.js';
import type { ClientWriter } from '../client-writer.js';
import type { Events } from '../events.js';
import type { Handles } from '../handles.js';
import type { RateLimit } from '../rate-limit/rate-limit.js';
import type { Clients, StoredClient } from '../storage/clients.js';
import { known } from './client-lookup.js';

export function createClientRegistrationHandlers(options: {
  /** Undefined: clients do not register themselves here. */
  settings: RegistrationSettings | undefined;
  limit: RateLimit;
  clients: Clients;
  resolver: CachingClientResolver;
  secrets: ClientSecrets;
  accept: AcceptClient;
  writer: ClientWriter;
  handles: Handles;
  events: Events;
  random: (bytes: number) => Buffer;
}): Handlers<typeof clientV1.ClientRegistrationServiceService> {
  const { settings, limit, clients, resolver, secrets, accept, writer, handles, events, random } = options;

  const open = (): RegistrationSettings => {
    if (settings === undefined) throw new OAuthError('not_found', 'Clients cannot register themselves here.');
    return settings;
  };

  /** Which half was wrong, the id or the token, is not told. */
  const authenticated = async (clientId: string, token: string): Promise<{ key: Buffer; stored: StoredClient }> => {
    const key = handles.open('registration_access_token', token)?.key;
    const stored = key && (await clients.findRegistration(known(clientId), key));
    if (stored === undefined) throw refused();
    return { key: key as Buffer, stored };
  };

  return {
    async registerClient(request) {
      const registration = open();
      limit.check('', request.clientAddress);
      await limit.failed('', request.clientAddress);
      checkInitialAccess(request.authorization, registration.initialAccessTokens);
      checkDelicateMembers(request.forbiddenMembers, { updating: false, hydraCompat: registration.hydraCompat });
      const given = withRegistrationRules(request.client ?? clientV1.Client.create(), registration);
      const client = await accept({ ...given, clientId: randomUuid(random), dynamicallyRegistered: true });
      return writer.create(client, '');
    },

    async readRegistration({ clientId, registrationAccessToken }) {
      open();
      return { client: (await authenticated(clientId, registrationAccessToken)).stored.client };
    },

    async updateRegistration(request) {
      const registration = open();
      const given = request.client ?? clientV1.Client.create();
      const { key, stored } = await authenticated(given.clientId, request.registrationAccessToken);
      await checkRepeatedSecret(request, stored, registration);
      const { hydraCompat } = registration;
      const members = request.forbiddenMembers.filter((name) => hydraCompat || name !== 'client_secret');
      checkDelicateMembers(members, { updating: true, hydraCompat });
      const { client: present } = stored;
      const ruled = keepingOperatorsWord(present, withRegistrationRules(given, registration));
      const client = await accept(ruled, present);
      const next = writer.mintRegistrationToken();
      const changed = await clients.replaceRegistration(client, { key, nextKey: next.key });
      if (changed === undefined) throw refused();
      resolver.forget(client.clientId);
      events.record('client_changed', { client_id: client.clientId });
      return { client: changed.client, registrationAccessToken: next.handle };
    },

    async deleteRegistration({ clientId, registrationAccessToken }) {
      open();
      const { key } = await authenticated(clientId, registrationAccessToken);
      if (!(await clients.removeRegistration(clientId, key))) throw refused();
      await writer.endAllOf(clientId);
      events.record('client_deleted', { client_id: clientId });
      return {};
    },
  };

  /** RFC 7592 §2.2: a client may send its secret back, but not choose another. */
  async function checkRepeatedSecret(
    { clientSecret }: clientV1.UpdateRegistrationRequest,
    { client, secretHashes }: StoredClient,
    { hydraCompat }: RegistrationSettings,
  ): Promise<void> {
    if (clientSecret === '' || hydraCompat) return;
    const matches =
      registeredMethod(client) !== 'none' && (await secrets.verify(client.clientId, clientSecret, secretHashes));
    if (!matches) throw new OAuthError('invalid_request', 'The client_secret cannot be changed this way.');
  }
}

const refused = () =>
  new OAuthError('invalid_token', 'There is no such client, or the token is not that of the client.');

/** Hashed first, so that neither length nor beginning of a token shows in the time it takes. */
function checkInitialAccess(authorization: string, accepted: readonly string[]): void {
  if (accepted.length === 0) return;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const presented = digest(/^bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
  const matches = accepted.filter((token) => timingSafeEqual(digest(token), presented));
  if (matches.length === 0) throw new OAuthError('invalid_token', 'Registering needs an initial access token.');
}
