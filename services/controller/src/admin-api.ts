// Clients at the admin API (hydra-wire §2.2): found, made, replaced, deleted.
import type { JsonObject } from '@cardea/oauth';
import type { Answer, Endpoint } from './http/exchange.js';
import { exchange } from './http/exchange.js';

/** Refusals that may be none a moment later: somebody else was faster, or there are too many requests. */
const passing: readonly number[] = [404, 408, 409, 429];

/** What the admin API says about what was sent; the same again would be refused again. */
export class ClientRefused extends Error {
  override readonly name = 'ClientRefused';
}

export interface AdminApi {
  /** Undefined when there is no such client. */
  get(id: string): Promise<JsonObject | undefined>;
  ownedBy(owner: string): Promise<readonly JsonObject[]>;
  /** @returns it as it is stored @throws {ClientRefused} */
  create(client: JsonObject): Promise<JsonObject>;
  /** @returns it as it is stored @throws {ClientRefused} */
  replace(id: string, client: JsonObject): Promise<JsonObject>;
  /** One that is not there counts as deleted. */
  remove(id: string): Promise<void>;
}

const clients = '/admin/clients';
const pathOf = (id: string): string => `${clients}/${encodeURIComponent(id)}`;

export function connectAdminApi(endpoint: Endpoint): AdminApi {
  const call = (method: string, path: string, json?: unknown) =>
    exchange(endpoint, method, path, json === undefined ? {} : { json });
  return {
    async get(id) {
      const answer = await call('GET', pathOf(id));
      return answer.status === 404 ? undefined : (expected(answer, 'GET') as JsonObject);
    },
    async ownedBy(owner) {
      // More than one is an accident already; nobody has more than a page.
      const answer = await call('GET', `${clients}?${String(new URLSearchParams({ owner, page_size: '500' }))}`);
      return expected(answer, 'GET') as readonly JsonObject[];
    },
    create: async (client) => expected(await call('POST', clients, client), 'POST') as JsonObject,
    replace: async (id, client) => expected(await call('PUT', pathOf(id), client), 'PUT') as JsonObject,
    async remove(id) {
      const answer = await call('DELETE', pathOf(id));
      if (answer.status !== 404) expected(answer, 'DELETE');
    },
  };
}

function expected({ status, json }: Answer, method: string): unknown {
  if (status >= 200 && status <= 299) return json;
  const { error, error_description: description } = (json ?? {}) as Record<string, unknown>;
  const said = [error, description].filter((text) => typeof text === 'string').join(': ');
  if (status === 401 || status === 403)
    throw new Error(
      `the admin API does not let this controller in (${String(status)}): it needs the role client-operator`,
    );
  if (status >= 400 && status <= 499 && !passing.includes(status) && said !== '') throw new ClientRefused(said);
  throw new Error(`the admin API answered ${String(status)} to ${method}: ${said === '' ? 'no reason given' : said}`);
}
