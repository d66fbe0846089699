// `cardea create|get|list|update|delete|import oauth2-client`: clients, with Hydra's flags and output.
import type { Json } from '../api/client.js';
import { segment } from '../api/segment.js';
import type { Verbs } from '../verbs.js';
import { apiCommand, forEach } from '../api-command.js';
import { documentsOf, isObject, objectFrom } from '../documents.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import type { PageOptions } from '../output/page.js';
import { showPage, withPages } from '../output/page.js';
import { showIds } from '../output/shown.js';
import { initially, membersOf, withClientFlags } from './client-flags.js';
import { showClient, showClientList, showClients } from './client-view.js';
import type { EncryptionOptions } from './encrypt-secret.js';
import { encrypterFor, withEncryption } from './encrypt-secret.js';

type Flags = Readonly<Record<string, unknown>> & EncryptionOptions & { readonly file?: string; readonly id?: string };

const path = '/admin/clients';
const aliases = ['client', 'clients', 'oauth2-clients'];

/** Where one client is. */
export const clientPath = (id: string): string => `${path}/${segment(id)}`;

export const noClient = (id: string) => ({ what: `client ${JSON.stringify(id)}` });

export function addClientCommands(verbs: Verbs, surroundings: Surroundings): void {
  const create = apiCommand<Flags>(
    verbs.create,
    surroundings,
    {
      usage: 'oauth2-client',
      aliases,
      description: 'Create a client. Its secret is shown once, now.',
      examples: [
        'cardea create oauth2-client --name shop --redirect-uri https://shop.example/callback --scope openid,offline',
        'cardea create client --grant-type client_credentials --format jsonpath=client_secret -q',
        'cardea create client --file client.json --format json',
      ],
    },
    async ({ api, show }, options) => {
      const encrypt = await encrypterFor(options);
      const file = options.file === undefined ? initially : await objectFrom(options.file, surroundings);
      const id = options.id === undefined ? {} : { client_id: options.id };
      const made = await api.call('POST', path, { json: { ...file, ...membersOf(options), ...id } });
      show(showClient(encrypt(made as Json)));
    },
  )
    .option('--id <id>', 'its id; without one, one is made')
    .option('--file <file>', 'JSON or YAML of the client, `-` for standard input; flags win over it');
  withEncryption(withClientFlags(create, true));

  apiCommand<object>(
    verbs.get,
    surroundings,
    {
      usage: 'oauth2-client <ids...>',
      aliases,
      description: 'Show clients, without secrets.',
      examples: ['cardea get oauth2-client shop', 'cardea get client shop --format yaml > shop.yaml'],
    },
    async ({ api, show }, _options, ids) => {
      const { done, fail } = await forEach(ids, surroundings, (id) => api.call('GET', clientPath(id), noClient(id)));
      if (done.length > 0) show(showClients(done as Json[]));
      fail();
    },
  );

  const list = apiCommand<PageOptions & { readonly clientName?: string; readonly owner?: string }>(
    verbs.list,
    surroundings,
    {
      usage: 'oauth2-clients',
      aliases: ['clients', 'client', 'oauth2-client'],
      description: 'List clients by id, a page at a time.',
      examples: ['cardea list oauth2-clients', 'cardea ls clients --all -q', 'cardea list clients --owner shop-team'],
    },
    async ({ api, show }, options) => {
      const query = { client_name: options.clientName, owner: options.owner };
      show(await showPage(api, path, query, options, showClientList));
    },
  )
    .option('--client-name <name>', 'only clients of exactly this name')
    .option('--owner <owner>', 'only clients of exactly this owner');
  withPages(list);

  const update = apiCommand<Flags>(
    verbs.update,
    surroundings,
    {
      usage: 'oauth2-client <id>',
      aliases,
      description:
        'Change a client: only what flags name changes. With --file it is replaced whole, but for its secret.',
      examples: [
        'cardea update oauth2-client shop --redirect-uri https://shop.example/callback',
        "cardea update client shop --owner ''",
        'cardea update client shop --file shop.yaml',
      ],
    },
    async ({ api, show }, options, [id = '']) => {
      const encrypt = await encrypterFor(options);
      const members = membersOf(options);
      if (options.file !== undefined) {
        const json = { ...(await objectFrom(options.file, surroundings)), ...members };
        show(showClient(encrypt((await api.call('PUT', clientPath(id), { json, ...noClient(id) })) as Json)));
        return;
      }
      const json = Object.entries(members).map(([member, value]) => ({ op: 'replace', path: `/${member}`, value }));
      if (json.length === 0) throw new Failure('nothing to change: name members with flags, or a file with --file');
      show(showClient(encrypt((await api.call('PATCH', clientPath(id), { json, ...noClient(id) })) as Json)));
    },
  ).option('--file <file>', 'JSON or YAML of the whole client, `-` for standard input; flags win over it');
  withEncryption(withClientFlags(update, false));

  apiCommand<object>(
    verbs.delete,
    surroundings,
    {
      usage: 'oauth2-client <ids...>',
      aliases,
      description: 'Delete clients, and with them their tokens and consents.',
      examples: [
        'cardea delete oauth2-client shop',
        'cardea delete client $(cardea list clients --owner gone --all -q)',
      ],
    },
    async ({ api, show }, _options, ids) => {
      const { done, fail } = await forEach(ids, surroundings, async (id) => {
        await api.call('DELETE', clientPath(id), noClient(id));
        return id;
      });
      if (done.length > 0) show(showIds(done, 'CLIENT ID'));
      fail();
    },
  );

  const importing = apiCommand<EncryptionOptions>(
    verbs.import,
    surroundings,
    {
      usage: 'oauth2-client [files...]',
      aliases,
      description: 'Create clients from files, each with one or a list of them, or from standard input.',
      examples: ['cardea import oauth2-client clients.json', 'cat clients.yaml | cardea import clients'],
    },
    async ({ api, show }, options, files) => {
      const encrypt = await encrypterFor(options);
      const found: Json[] = [];
      for (const file of files.length === 0 ? ['-'] : files) found.push(...(await clientsIn(file, surroundings)));
      const made: Json[] = [];
      try {
        for (const json of found) made.push(encrypt((await api.call('POST', path, { json })) as Json));
      } finally {
        // What was made has a secret that nobody can ask for again.
        if (made.length > 0) show(showClients(made));
      }
    },
  );
  withEncryption(importing);
}

/** What `list clients --format json` prints, Hydra's too, is a page with the clients in `items`. */
const listed = (document: unknown): unknown[] =>
  [isObject(document) && Array.isArray(document['items']) ? (document['items'] as unknown[]) : document].flat(1);

async function clientsIn(file: string, surroundings: Surroundings): Promise<Json[]> {
  const clients = (await documentsOf(file, surroundings)).flatMap(listed);
  if (clients.length > 0 && clients.every(isObject)) return clients;
  throw new Failure(`${file === '-' ? 'standard input' : file}: must hold a client, or a list of clients`);
}
