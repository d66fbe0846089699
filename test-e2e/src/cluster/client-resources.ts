// Clients as resources in a real cluster: what the controller makes of one of each kind, seen from both sides, its namespace's (the
// resource, its Secret) and a relying party's (a token at the edge).
import { basic } from '../clients.js';
import type { Addresses } from '../compose-login.js';
import type { KubeApi, KubeObject } from './api.js';
import { mergePatch } from './api.js';
import type { Report } from './outcome.js';
import { until } from './patience.js';
import { namespace } from './plan.js';

/** How often the controller compares clients with their resources here, where somebody waits for it. */
export const resyncPeriod = '5s';
const settleSeconds = 120;
/** The cluster's own collector looks for new kinds of owners every half a minute. */
const collectSeconds = 240;

interface Kind {
  readonly group: string;
  readonly finalizer: string;
  /** A client that gets tokens for itself, as this kind says it. */
  spec(scopes: readonly string[]): object;
}

const kinds: readonly Kind[] = [
  {
    ...{ group: 'hydra.ory.sh', finalizer: 'finalizer.ory.hydra.sh' },
    spec: (scopes) => ({ grantTypes: ['client_credentials'], scopeArray: scopes }),
  },
  {
    ...{ group: 'cardea.dev', finalizer: 'cardea.dev/oauth2client' },
    spec: (scopes) => ({ client: { grant_types: ['client_credentials'], scope: scopes.join(' ') } }),
  },
];

interface Resource extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number; readonly finalizers?: readonly string[] };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly status: string; readonly message: string }[];
  };
}

interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** Of the resource and of its Secret. */
const nameOf = ({ group }: Kind): string => `client-of-${group}`;
const kindPath = ({ group }: Kind): string => `/apis/${group}/v1alpha1/namespaces/${namespace}/oauth2clients`;
const resourcePath = (kind: Kind): string => `${kindPath(kind)}/${nameOf(kind)}`;
const secretPath = (kind: Kind): string => `/api/v1/namespaces/${namespace}/secrets/${nameOf(kind)}`;

/** Makes one of each, changes it, and changes its client behind its back. @throws at the first thing that does not hold */
export async function keepClients(api: KubeApi, addresses: Addresses, found: Report): Promise<void> {
  for (const kind of kinds) {
    const [apiVersion, secretName] = [`${kind.group}/v1alpha1`, nameOf(kind)];
    const spec = { secretName, ...kind.spec(['orders.read']) };
    await api.call('POST', kindPath(kind), {
      apiVersion,
      kind: 'OAuth2Client',
      metadata: { name: nameOf(kind) },
      spec,
    });
    const { metadata } = await settled(api, kind);
    if (metadata.finalizers?.includes(kind.finalizer) !== true) throw new Error(`${secretName} has no finalizer`);
    const client = await credentialsOf(api, kind);
    await isTold(addresses, client, 'orders.read', 200);
    await isTold(addresses, client, 'orders.write', 400);

    await api.call('PATCH', resourcePath(kind), { spec: kind.spec(['orders.read', 'orders.write']) }, mergePatch);
    await settled(api, kind);
    await isTold(addresses, client, 'orders.write', 200);

    const mallory = { ...client, client_secret: 'known-to-mallory-alone' };
    await admin(addresses, 'PATCH', client.client_id, [
      { op: 'replace', path: '/client_name', value: 'Mallory' },
      { op: 'replace', path: '/client_secret', value: mallory.client_secret },
    ]);
    await until(`the name of ${secretName}, as it was`, settleSeconds, async () => {
      const { json } = await admin(addresses, 'GET', client.client_id);
      return json['client_name'] === 'Mallory' ? undefined : true;
    });
    await isTold(addresses, client, 'orders.write', 200);
    await isTold(addresses, mallory, 'orders.write', 401);
    found(`${kind.group}: a client, its Secret, a token; changed with it; changed back, its secret too`);
  }
}

/** Deletes them while nobody is there who could let them go. @throws when they are gone */
export async function deleteUnkept(api: KubeApi): Promise<void> {
  for (const kind of kinds) await api.call('DELETE', resourcePath(kind));
  for (const kind of kinds) {
    const { metadata } = await api.call<Resource>('GET', resourcePath(kind));
    if (metadata.deletionTimestamp === undefined) throw new Error(`${nameOf(kind)} is not to be deleted`);
  }
}

/** They go once their controller is back, and with them their clients and Secrets. */
export async function areGone(api: KubeApi, addresses: Addresses, found: Report, clients: readonly Credentials[]) {
  for (const kind of kinds) {
    await until(`the end of the resource ${nameOf(kind)}`, settleSeconds, () => isGone(api, resourcePath(kind)));
  }
  // No waiting: the client goes first.
  for (const client of clients) {
    const { status } = await admin(addresses, 'GET', client.client_id);
    if (status !== 404) throw new Error(`a client outlived its resource: ${String(status)}`);
    await isTold(addresses, client, 'orders.read', 401);
  }
  for (const kind of kinds) {
    await until(`the end of the Secret ${nameOf(kind)}`, collectSeconds, () => isGone(api, secretPath(kind)));
  }
  found('held until the controller was back; then gone, with clients and Secrets');
}

/** What their Secrets say. */
export const clientsOf = (api: KubeApi): Promise<readonly Credentials[]> =>
  Promise.all(kinds.map((kind) => credentialsOf(api, kind)));

const isGone = async (api: KubeApi, path: string): Promise<true | undefined> =>
  (await api.raw('GET', path)).status === 404 ? true : undefined;

/** Once its condition is about what it says now. */
const settled = (api: KubeApi, kind: Kind): Promise<Resource> =>
  until(`a client as ${nameOf(kind)} says`, settleSeconds, async () => {
    const resource = await api.call<Resource>('GET', resourcePath(kind));
    const [condition] = resource.status?.conditions ?? [];
    if (resource.status?.observedGeneration !== resource.metadata.generation) return undefined;
    if (condition?.status !== 'True') throw new Error(condition?.message ?? 'it says nothing');
    return resource;
  });

async function credentialsOf(api: KubeApi, kind: Kind): Promise<Credentials> {
  const { data = {} } = await api.call('GET', secretPath(kind));
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  return { client_id: text('CLIENT_ID'), client_secret: text('CLIENT_SECRET') };
}

/** Until the edge answers a client with this status: replicas hear of a change one after another. */
async function isTold(addresses: Addresses, who: Credentials, scope: string, status: number): Promise<void> {
  await until(`${String(status)} for ${who.client_id} and ${scope}`, settleSeconds, async () => {
    const answer = await fetch(`${addresses.issuer}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: basic(who) },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    await answer.arrayBuffer();
    if (answer.status !== status) throw new Error(`it is ${String(answer.status)}`);
    return true;
  });
}

/** As an operator. @throws for an answer that is neither a success nor "there is none" */
async function admin({ admin: url, operatorKey }: Addresses, method: string, id: string, body?: object) {
  const headers = { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${url}/admin/clients/${id}`, { method, headers, ...sent });
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} of a client: ${String(answer.status)} ${text}`);
  return { status: answer.status, json: JSON.parse(text) as Readonly<Record<string, unknown>> };
}
