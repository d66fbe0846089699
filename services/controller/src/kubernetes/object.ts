// Kubernetes objects as far as the controller reads them, and where the API server keeps them.

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec?: unknown;
  readonly status?: unknown;
  /** Of a Secret: base64. */
  readonly data?: Readonly<Record<string, string>>;
}

/** A kind of objects; `group` is empty for the core. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export const secrets: Resource = { group: '', version: 'v1', plural: 'secrets' };

/** @param namespace undefined means all of them */
export function pathOf({ group, version, plural }: Resource, namespace?: string, ...below: readonly string[]): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return [`${root}${within}/${plural}`, ...below.map(encodeURIComponent)].join('/');
}
