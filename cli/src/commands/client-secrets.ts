// `cardea rotate client-secret` and `cardea delete rotated-secrets`: a new secret beside the old ones, then without them.
import type { Json } from '../api/client.js';
import { apiCommand } from '../api-command.js';
import type { Surroundings } from '../main.js';
import type { Verbs } from '../verbs.js';
import { showClient } from './client-view.js';
import { clientPath, noClient } from './clients.js';
import type { EncryptionOptions } from './encrypt-secret.js';
import { encrypterFor, withEncryption } from './encrypt-secret.js';

const path = (id: string) => `${clientPath(id)}/secrets/rotate`;

export function addClientSecretCommands(verbs: Verbs, surroundings: Surroundings): void {
  const rotate = apiCommand<EncryptionOptions>(
    verbs.rotate,
    surroundings,
    {
      usage: 'client-secret <id>',
      aliases: ['oauth2-client-secret', 'secret'],
      description:
        'Give a client a new secret, shown once. The old ones stay good, five at most, until `cardea delete rotated-secrets`.',
      examples: [
        'cardea rotate client-secret shop',
        'cardea rotate client-secret shop -q --format jsonpath=client_secret',
      ],
    },
    async ({ api, show }, options, [id = '']) => {
      const encrypt = await encrypterFor(options);
      show(showClient(encrypt((await api.call('POST', path(id), noClient(id))) as Json)));
    },
  );
  withEncryption(rotate);

  apiCommand<object>(
    verbs.delete,
    surroundings,
    {
      usage: 'rotated-secrets <id>',
      aliases: ['rotated-client-secrets'],
      description: 'Let only the newest secret of a client be good.',
      examples: ['cardea delete rotated-secrets shop'],
    },
    async ({ api, show }, _options, [id = '']) => {
      show(showClient((await api.call('DELETE', path(id), noClient(id))) as Json));
    },
  );
}
