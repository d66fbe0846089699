// /admin/clients: what operators and Hydra's SDKs do with clients (hydra-wire §2.2).
import type { Handler, Request, Response, Route } from '@cardea/http';
import { callOptions, neverStored, readJson, readQuery, sendEmpty, sendJson, valueOf } from '@cardea/http';
import type { SentClient } from '@cardea/oauth';
import { OAuthError, readClient } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import { clientV1 } from '@cardea/rpc';
import { clientJson, patchableJson } from '../client-json.js';
import { patched } from '../client-patch.js';
import { patientCallOptions } from '../patience.js';
import { besidePage, linkHeader, readPage } from '../pagination.js';
import { idOf } from './client-changes.js';

type Clients = ClientOf<typeof clientV1.ClientServiceService>;

/** How often a change is tried again when somebody else changed the client meanwhile. */
const attempts = 5;

/** @param publicUrl base of the public API, for `registration_client_uri`; undefined when not configured */
export function clientRoutes(clients: Clients, publicUrl: string | undefined): Route[] {
  const create: Handler = async (request, response) => {
    const sent = readClient(await readJson(request));
    const created = await clients.createClient(
      { client: sent.client, clientSecret: sent.secret },
      callOptions(request, response),
    );
    const id = encodeURIComponent(created.client?.clientId ?? '');
    const body = {
      ...clientJson(created.client, sent.body),
      ...(created.clientSecret === '' ? {} : { client_secret: created.clientSecret }),
      registration_access_token: created.registrationAccessToken,
      ...(publicUrl === undefined ? {} : { registration_client_uri: `${publicUrl}/oauth2/register/${id}` }),
    };
    sendJson(response, 201, body, { Location: `/admin/clients/${id}`, ...neverStored(response) });
  };

  const list: Handler = async (request, response) => {
    const query = readQuery(request);
    const of = (name: string) => valueOf(query, name) ?? '';
    const page = readPage(query);
    const found = await clients.listClients(
      { pageSize: page.size, pageToken: page.token, clientName: of('client_name'), owner: of('owner') },
      callOptions(request, response),
    );
    const json = found.clients.map((client) => clientJson(client));
    const { nextPageToken, firstPageToken } = found;
    const link = linkHeader('/admin/clients', besidePage(query), page, nextPageToken, firstPageToken);
    sendJson(response, 200, json, { Link: link });
  };

  const read: Handler = async (request, response) => {
    const { client } = await clients.getClient({ clientId: idOf(request) }, callOptions(request, response));
    sendJson(response, 200, clientJson(client));
  };

  const replace: Handler = async (request, response) => {
    const sent = readClient(await readJson(request));
    const stored = await clients.setClient(
      { client: { ...sent.client, clientId: idOf(request) }, clientSecret: sent.secret, ifVersion: 0 },
      callOptions(request, response),
    );
    sendChanged(response, { ...clientJson(stored.client, sent.body), ...echoed(sent) });
  };

  /** Reads, changes and writes a client, so that no change of anybody else is lost between. */
  const change = async (
    request: Request,
    options: ReturnType<typeof callOptions>,
    alter: (client: clientV1.Client) => Pick<SentClient, 'client' | 'secret'>,
  ): Promise<Record<string, unknown>> => {
    const clientId = idOf(request);
    for (let attempt = 1; ; attempt++) {
      const { client, version } = await clients.getClient({ clientId }, options);
      const altered = alter(client ?? clientV1.Client.create({ clientId }));
      try {
        const stored = await clients.setClient(
          { client: { ...altered.client, clientId }, clientSecret: altered.secret, ifVersion: version },
          options,
        );
        return { ...clientJson(stored.client), ...echoed(altered) };
      } catch (caught) {
        if (!(caught instanceof OAuthError) || caught.code !== 'conflict' || attempt === attempts) throw caught;
      }
    }
  };

  const patch: Handler = async (request, response) => {
    const operations = await readJson(request);
    const json = await change(request, callOptions(request, response), (client) =>
      readClient(patched(patchableJson(client), operations)),
    );
    sendChanged(response, json);
  };

  const remove: Handler = async (request, response) => {
    await clients.deleteClient({ clientId: idOf(request) }, patientCallOptions(request, response));
    sendEmpty(response, 204);
  };

  return [
    { path: '/admin/clients', get: list, post: create },
    { path: '/admin/clients/:id', get: read, put: replace, patch, delete: remove },
  ];
}

/** What holds a secret is kept by nobody on the way. */
const sendChanged = (response: Response, json: Record<string, unknown>): void =>
  sendJson(response, 200, json, 'client_secret' in json ? neverStored(response) : {});

/** A secret is told once: to whoever has just set it. */
const echoed = ({ secret }: Pick<SentClient, 'secret'>) => (secret === '' ? {} : { client_secret: secret });
