// How a client is shown: Hydra's columns.
import type { Json } from '../api/client.js';
import type { Column, Shown } from '../output/shown.js';
import { showList, showOne } from '../output/shown.js';

const text = (member: string) => (client: Json) => {
  const value = client[member];
  return typeof value === 'string' ? value : '';
};

const list = (member: string) => (client: Json) => {
  const value = client[member];
  return Array.isArray(value) ? value.join(', ') : '';
};

const id = text('client_id');

const columns: readonly Column<Json>[] = [
  { title: 'CLIENT ID', of: id },
  { title: 'CLIENT SECRET', of: text('client_secret') },
  { title: 'GRANT TYPES', of: list('grant_types') },
  { title: 'RESPONSE TYPES', of: list('response_types') },
  { title: 'SCOPE', of: text('scope') },
  { title: 'AUDIENCE', of: list('audience') },
  { title: 'REDIRECT URIS', of: list('redirect_uris') },
];

export const showClient = (client: Json): Shown => showOne(client, columns, id);

/** One is shown as one, as Hydra does. */
export function showClients(clients: readonly Json[]): Shown {
  const [only] = clients;
  return only !== undefined && clients.length === 1 ? showClient(only) : showList(clients, columns, id);
}

export const showClientList = (clients: readonly Json[]): Shown => showList(clients, columns, id);
