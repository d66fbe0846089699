// Below /admin/clients/{id}: one thing of a client is changed, the rest is kept (hydra-wire §2.2).
import type { Handler, Request, Route } from '@cardea/http';
import { callOptions, neverStored, readJson, sendJson } from '@cardea/http';
import { readLifespans } from '@cardea/oauth';
import type { ClientOf, clientV1 } from '@cardea/rpc';
import { clientJson } from '../client-json.js';

type Clients = ClientOf<typeof clientV1.ClientServiceService>;

export function clientChangeRoutes(clients: Clients): Route[] {
  const setLifespans: Handler = async (request, response) => {
    const lifespans = readLifespans(await readJson(request));
    const { client } = await clients.setClientLifespans(
      { clientId: idOf(request), lifespans },
      callOptions(request, response),
    );
    sendJson(response, 200, clientJson(client));
  };

  const rotate: Handler = async (request, response) => {
    const { client, clientSecret } = await clients.rotateClientSecret(
      { clientId: idOf(request) },
      callOptions(request, response),
    );
    sendJson(response, 200, { ...clientJson(client), client_secret: clientSecret }, neverStored(response));
  };

  const drop: Handler = async (request, response) => {
    const { client } = await clients.dropRotatedClientSecrets(
      { clientId: idOf(request) },
      callOptions(request, response),
    );
    sendJson(response, 200, clientJson(client));
  };

  return [
    { path: '/admin/clients/:id/lifespans', put: setLifespans },
    { path: '/admin/clients/:id/secrets/rotate', post: rotate, delete: drop },
  ];
}

export const idOf = (request: Request) => String(request.params['id']);
