// The API server, in the few words the controller has for it: get, list, watch, create, patch (Kubernetes API concepts).
import type { Endpoint } from '../http/exchange.js';
import { ask, exchange } from '../http/exchange.js';
import { jsonLines } from './json-lines.js';
import type { KubernetesObject, Resource } from './object.js';
import { pathOf } from './object.js';

/** What the API server refuses, by its status; 409 says that somebody else was faster, 410 that a version is too old. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Listed {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

export interface Kubernetes {
  /** Undefined when there is none of that name. */
  get(resource: Resource, namespace: string, name: string): Promise<KubernetesObject | undefined>;
  /** All of a namespace, or of all. */
  list(resource: Resource, namespace: string | undefined): Promise<Listed>;
  /** What happens after a version; ends when the server ends it. @throws {KubernetesError} 410 when the version is too old */
  watch(
    resource: Resource,
    namespace: string | undefined,
    after: string,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent>;
  create(resource: Resource, namespace: string, object: KubernetesObject): Promise<KubernetesObject>;
  /** RFC 7396; with a `resourceVersion` in it only if the object is still that one. @param below such as `status` */
  patch(
    resource: Resource,
    namespace: string,
    name: string,
    patch: object,
    ...below: readonly string[]
  ): Promise<KubernetesObject>;
}

const pageSize = 500;
/** How long the server keeps a watch open, and how much later we no longer believe in the connection. */
const watchSeconds = 290;
const watchPatienceMillis = (watchSeconds + 30) * 1000;

export function connectKubernetes(endpoint: Endpoint): Kubernetes {
  const call = async (method: string, path: string, sent?: { json: unknown; contentType?: string }) => {
    const { status, json } = await exchange(endpoint, method, path, sent);
    if (status >= 200 && status <= 299) return json as KubernetesObject;
    throw refusal(`${method} ${path}`, status, json);
  };
  return {
    async get(resource, namespace, name) {
      try {
        return await call('GET', pathOf(resource, namespace, name));
      } catch (error) {
        if (error instanceof KubernetesError && error.status === 404) return undefined;
        throw error;
      }
    },
    async list(resource, namespace) {
      const items: KubernetesObject[] = [];
      let next = '';
      let resourceVersion: string;
      do {
        const query = new URLSearchParams({ limit: String(pageSize), ...(next === '' ? {} : { continue: next }) });
        const page = (await call('GET', `${pathOf(resource, namespace)}?${String(query)}`)) as unknown as {
          readonly items: readonly KubernetesObject[];
          readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
        };
        items.push(...page.items);
        ({ resourceVersion, continue: next = '' } = page.metadata);
      } while (next !== '');
      return { items, resourceVersion };
    },
    async *watch(resource, namespace, after, signal) {
      const query = new URLSearchParams({
        watch: '1',
        allowWatchBookmarks: 'true',
        resourceVersion: after,
        timeoutSeconds: String(watchSeconds),
      });
      const bound = AbortSignal.any([signal, AbortSignal.timeout(watchPatienceMillis)]);
      const path = `${pathOf(resource, namespace)}?${String(query)}`;
      const response = await ask(endpoint, 'GET', path, {}, bound);
      if (response.statusCode !== 200) {
        response.resume();
        throw refusal('watch', response.statusCode ?? 0, undefined);
      }
      for await (const event of jsonLines(response.setEncoding('utf8'))) {
        const { type, object } = event as WatchEvent;
        if (type === 'ERROR') throw refusal('watch', Number((object as { code?: unknown }).code ?? 500), object);
        yield { type, object };
      }
    },
    create: (resource, namespace, object) => call('POST', pathOf(resource, namespace), { json: object }),
    patch: (resource, namespace, name, patch, ...below) =>
      call('PATCH', pathOf(resource, namespace, name, ...below), {
        json: patch,
        contentType: 'application/merge-patch+json',
      }),
  };
}

function refusal(what: string, status: number, json: unknown): KubernetesError {
  const message = (json as { message?: unknown } | undefined)?.message;
  const said = typeof message === 'string' ? message : 'no reason given';
  return new KubernetesError(status, `the API server answered ${String(status)} to ${what}: ${said}`);
}
