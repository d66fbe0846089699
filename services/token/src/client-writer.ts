// Brings clients into the world and takes them out of it, with their secrets and all that was issued to them, whoever asks.
import { longestSecret, OAuthError, registeredMethod, sharedSecretBytes, shortestSecret } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { CachingClientResolver } from './client-resolver.js';
import type { ClientSecrets } from './client-secrets.js';
import type { Events } from './events.js';
import type { Handles } from './handles.js';
import type { Clients } from './storage/clients.js';
import type { Families } from './storage/families.js';

/** A new registration access token: what the client gets, and what the database knows it by. */
export interface RegistrationToken {
  readonly handle: string;
  readonly key: Buffer;
}

export interface ClientWriter {
  /**
   * @param client accepted metadata
   * @param chosenSecret empty lets one be made, where the client has one at all
   * @throws {OAuthError} conflict when the id is taken
   */
  create(client: clientV1.Client, chosenSecret: string): Promise<clientV1.CreateClientResponse>;
  /** The hashes that replace the present ones; undefined when no secret was chosen. */
  chosenHashes(client: clientV1.Client, chosenSecret: string): Promise<readonly string[] | undefined>;
  mintRegistrationToken(): RegistrationToken;
  /** Ends all that was issued to a client that was just removed, or that an earlier attempt removed. */
  endAllOf(clientId: string): Promise<void>;
}

/** Registration access tokens do not expire. */
const never = 0xffff_ffff;

export function createClientWriter(options: {
  clients: Clients;
  resolver: CachingClientResolver;
  secrets: ClientSecrets;
  families: Families;
  handles: Handles;
  events: Events;
}): ClientWriter {
  const { clients, resolver, secrets, families, handles, events } = options;

  const mintRegistrationToken = (): RegistrationToken => handles.mint('registration_access_token', never);

  return {
    mintRegistrationToken,

    async create(client, chosenSecret) {
      const asKey = signsWithSecret(client);
      const chosen = checkedSecret(chosenSecret, asKey);
      const secret = isPublic(client) ? '' : (chosen ?? secrets.generate({ asKey }));
      const secretHashes =
        secret === '' ? [] : [await secrets.hash(secret, { generated: chosen === undefined, recoverable: asKey })];
      const { handle, key } = mintRegistrationToken();
      const stored = await clients.insert({ client, secretHashes, registrationKey: key });
      if (stored === undefined) throw new OAuthError('conflict', 'A client with that id exists already.');
      resolver.forget(client.clientId);
      events.record('client_created', { client_id: client.clientId });
      return { client: stored.client, clientSecret: secret, registrationAccessToken: handle };
    },

    async chosenHashes(client, chosenSecret) {
      const recoverable = signsWithSecret(client);
      const chosen = checkedSecret(chosenSecret, recoverable);
      return chosen === undefined ? undefined : [await secrets.hash(chosen, { generated: false, recoverable })];
    },

    async endAllOf(clientId) {
      resolver.forget(clientId);
      await families.fallOfClient(clientId);
    },
  };
}

const isPublic = (client: clientV1.Client) => registeredMethod(client) === 'none';
/** Such a secret is a key: long, and stored so that it can be had back (docs/decisions/0030). */
const signsWithSecret = (client: clientV1.Client) => registeredMethod(client) === 'client_secret_jwt';

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
