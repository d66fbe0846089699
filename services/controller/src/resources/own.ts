// cardea.dev/v1alpha1 OAuth2Client: the client as the admin API has it (`spec.client`), beside what only a resource has.
import type { JsonObject } from '@cardea/oauth';
import { clientMembers } from '@cardea/oauth';
import { flagField, objectField, secretNameOf, textField } from './fields.js';
import type { Kind } from './wish.js';
import { Refusal, provesBySecret } from './wish.js';

/** Members of a client that are said elsewhere, or by nobody but the server. */
const elsewhere: Readonly<Record<string, string>> = {
  client_id: 'spec.clientId says it',
  client_secret: 'it is in the Secret',
  owner: 'it is the resource',
  created_at: 'the server says it',
  updated_at: 'the server says it',
};

function checked(client: JsonObject): JsonObject {
  for (const member of Object.keys(client)) {
    const why = elsewhere[member] ?? (clientMembers.includes(member) ? undefined : 'it means nothing');
    if (why !== undefined) throw new Refusal('InvalidSpec', `spec.client must not have ${member}: ${why}`);
  }
  return client;
}

export const ownKind: Kind = {
  group: 'cardea.dev',
  finalizer: 'cardea.dev/oauth2client',
  ownerOf: (namespace, name) => `cardea.dev/${namespace}/${name}`,
  keepsClient: ({ deletionPolicy }) => deletionPolicy === 'orphan',
  wishOf(spec) {
    const client = checked(objectField(spec, 'client'));
    return {
      client,
      secretName: secretNameOf(spec),
      clientId: textField(spec, 'clientId'),
      requireExistingSecret: flagField(spec, 'requireExistingSecret'),
      hasSecret: provesBySecret(client['token_endpoint_auth_method']),
    };
  },
};
