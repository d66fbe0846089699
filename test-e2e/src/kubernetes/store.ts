// Objects as a Kubernetes API server keeps them: versions, generations, finalizers, owners, and a record of what happened that is
// forgotten one day (Kubernetes API concepts, API conventions).
import { randomUUID } from 'node:crypto';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation: number;
    creationTimestamp: string;
    deletionTimestamp?: string;
    finalizers?: string[];
    annotations?: Record<string, string>;
    ownerReferences?: { uid: string }[];
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  data?: Record<string, string>;
}

/** What somebody gives, of which the server makes an object. */
export interface Given extends Partial<Omit<KubernetesObject, 'metadata'>> {
  readonly metadata: Partial<KubernetesObject['metadata']> & { readonly name: string };
}

/** A kind of objects, by the path of all of them: `apis/hydra.ory.sh/v1alpha1/oauth2clients`. */
export type Collection = string;

export interface Happening {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: Collection;
  readonly object: KubernetesObject;
}

/** What the API server answers instead, by its status. */
export class Refused extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message = reason) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

const kinds: Readonly<Record<Collection, readonly [apiVersion: string, kind: string]>> = {
  'api/v1/secrets': ['v1', 'Secret'],
  'apis/hydra.ory.sh/v1alpha1/oauth2clients': ['hydra.ory.sh/v1alpha1', 'OAuth2Client'],
  'apis/cardea.dev/v1alpha1/oauth2clients': ['cardea.dev/v1alpha1', 'OAuth2Client'],
};

/** RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    const holder = result as Record<string, unknown>;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- what RFC 7396 says of null
    if (value === null) delete holder[name];
    else holder[name] = merged(holder[name], value);
  }
  return result;
}

export type Store = ReturnType<typeof createStore>;

export function createStore() {
  const objects = new Map<string, KubernetesObject>();
  const record: Happening[] = [];
  const listeners = new Set<(happening: Happening) => void>();
  let version = 100;
  let forgotten = 0;
  const keyOf = (collection: Collection, namespace: string, name: string) => `${collection} ${namespace} ${name}`;

  function happened(type: Happening['type'], collection: Collection, object: KubernetesObject): KubernetesObject {
    version++;
    object.metadata.resourceVersion = String(version);
    const key = keyOf(collection, object.metadata.namespace, object.metadata.name);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, object);
    const happening = { version, type, collection, object: structuredClone(object) };
    record.push(happening);
    for (const listener of listeners) listener(happening);
    return structuredClone(object);
  }

  function existing(collection: Collection, namespace: string, name: string): KubernetesObject {
    const object = objects.get(keyOf(collection, namespace, name));
    if (object === undefined) throw new Refused(404, 'NotFound', `${collection} "${name}" not found`);
    return structuredClone(object);
  }

  function gone(collection: Collection, object: KubernetesObject): void {
    happened('DELETED', collection, object);
    for (const [key, each] of objects) {
      if (each.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) !== true) continue;
      gone(key.split(' ')[0] ?? '', structuredClone(each));
    }
  }

  return {
    get: existing,
    find: (collection: Collection, namespace: string, name: string) =>
      structuredClone(objects.get(keyOf(collection, namespace, name))),
    version: () => String(version),
    list: (collection: Collection, namespace: string | undefined) =>
      [...objects.entries()]
        .filter(([key]) => key.startsWith(`${collection} ${namespace === undefined ? '' : `${namespace} `}`))
        .map(([, object]) => structuredClone(object)),
    create(collection: Collection, namespace: string, given: Given) {
      if (objects.has(keyOf(collection, namespace, given.metadata.name)))
        throw new Refused(409, 'AlreadyExists', `${collection} "${given.metadata.name}" already exists`);
      const [apiVersion, kind] = kinds[collection] ?? ['', ''];
      const now = new Date().toISOString();
      const own = { namespace, uid: randomUUID(), resourceVersion: '', generation: 1, creationTimestamp: now };
      return happened('ADDED', collection, { ...given, apiVersion, kind, metadata: { ...given.metadata, ...own } });
    },
    /** @param below `status`, or nothing: neither touches what is the other's */
    patch(collection: Collection, namespace: string, name: string, patch: Record<string, unknown>, below = '') {
      const before = existing(collection, namespace, name);
      const wanted = (patch['metadata'] as { resourceVersion?: string } | undefined)?.resourceVersion;
      if (wanted !== undefined && wanted !== before.metadata.resourceVersion)
        throw new Refused(409, 'Conflict', `the object has been modified: ${name}`);
      const own = below === 'status' ? { status: patch['status'] } : { ...patch, status: undefined };
      const after = merged(before, JSON.parse(JSON.stringify(own))) as KubernetesObject;
      if (JSON.stringify(after) === JSON.stringify(before)) return before;
      if (JSON.stringify(after.spec) !== JSON.stringify(before.spec)) after.metadata.generation++;
      const last = after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0;
      if (!last) return happened('MODIFIED', collection, after);
      gone(collection, after);
      return after;
    },
    /** As somebody with kubectl does. */
    remove(collection: Collection, namespace: string, name: string) {
      const object = existing(collection, namespace, name);
      if ((object.metadata.finalizers ?? []).length === 0) return void gone(collection, object);
      if (object.metadata.deletionTimestamp !== undefined) return;
      object.metadata.deletionTimestamp = new Date().toISOString();
      happened('MODIFIED', collection, object);
    },
    /** @throws {Refused} 410 when that is forgotten */
    after(since: string): readonly Happening[] {
      if (Number(since) < forgotten) throw new Refused(410, 'Expired', `too old resource version: ${since}`);
      return record.filter((happening) => happening.version > Number(since));
    },
    listen(listener: (happening: Happening) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** As etcd's compaction: nobody can go on from an earlier version. */
    forget: () => void (forgotten = version),
  };
}
