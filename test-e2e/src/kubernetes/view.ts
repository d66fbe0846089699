// What a test sees and does of clients as resources: through the API server's objects, the admin API, and tokens at the public one.
import { randomBytes } from 'node:crypto';
import { basic } from '../clients.js';
import type { Demo } from '../demo.js';
import type { Installation } from './installation.js';
import { eventually, namespace } from './installation.js';
import type { KubernetesObject } from './store.js';

export const hydra = 'apis/hydra.ory.sh/v1alpha1/oauth2clients';
export const own = 'apis/cardea.dev/v1alpha1/oauth2clients';
export const secrets = 'api/v1/secrets';

type Client = Record<string, unknown>;

interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

interface Condition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export const uniqueName = (stem: string) => `${stem}-${randomBytes(4).toString('hex')}`;

export const conditionOf = (object: KubernetesObject | undefined): Condition | undefined =>
  (object?.status?.['conditions'] as Condition[] | undefined)?.[0];

export type View = ReturnType<typeof viewOf>;

export function viewOf({ store }: Installation, demo: Demo) {
  /** As an operator, by the demo's own admin API. */
  const admin = async (method: string, path: string, json?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const body = json === undefined ? {} : { body: JSON.stringify(json), headers };
    const response = await fetch(`${demo.admin}/admin/clients${path}`, { method, ...body });
    const text = await response.text();
    return response.status === 404 || text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  return {
    admin,
    clientOf: (id: string) => admin('GET', `/${id}`) as Promise<Client | undefined>,
    ownedBy: (owner: string) => admin('GET', `?owner=${encodeURIComponent(owner)}`) as Promise<Client[]>,

    create: (collection: string, name: string, spec: Record<string, unknown>, where = namespace): KubernetesObject =>
      store.create(collection, where, { metadata: { name }, spec }),

    putSecret(name: string, of: Record<string, string>): KubernetesObject {
      const data = Object.fromEntries(Object.entries(of).map(([key, text]) => [key, btoa(text)]));
      return store.create(secrets, namespace, { metadata: { name }, data });
    },

    /** The resource, once its condition is about its present generation and this. */
    settled: (collection: string, name: string, status: 'True' | 'False', reason?: string) =>
      eventually(
        () => store.find(collection, namespace, name),
        (object) =>
          object?.status?.['observedGeneration'] === object?.metadata.generation &&
          conditionOf(object)?.status === status &&
          (reason === undefined || conditionOf(object)?.reason === reason),
      ) as Promise<KubernetesObject>,

    gone: (collection: string, name: string) =>
      eventually(
        () => store.find(collection, namespace, name),
        (object) => object === undefined,
      ),

    credentialsIn(name: string): Credentials {
      const { data = {} } = store.get(secrets, namespace, name);
      return { client_id: atob(data['CLIENT_ID'] ?? ''), client_secret: atob(data['CLIENT_SECRET'] ?? '') };
    },

    /** The status of a token request. */
    async tokenStatus(who: Credentials, scope = 'photos.read'): Promise<number> {
      const response = await fetch(`${demo.public}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: basic(who) },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      });
      await response.arrayBuffer();
      return response.status;
    },

    /** Removes all resources, and waits until their clients are gone with them. */
    async cleared(): Promise<void> {
      const all = () =>
        [hydra, own].flatMap((collection) =>
          store.list(collection, namespace).map(({ metadata }) => ({ collection, name: metadata.name })),
        );
      for (const { collection, name } of all()) store.remove(collection, namespace, name);
      await eventually(all, (left) => left.length === 0);
    },
  };
}
