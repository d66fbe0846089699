// A client's id and secret in its Secret: read where somebody keeps one, made where nobody does.
import type { KubernetesObject, OwnerReference } from './kubernetes/object.js';
import { Refusal } from './resources/wish.js';

/** Names of the keys in a Secret. */
export interface SecretKeys {
  readonly id: string;
  readonly secret: string;
}

export interface Credentials {
  readonly id: string;
  /** Undefined where the Secret has none. */
  readonly secret: string | undefined;
}

/** What hydra-maester called them before its version 0.0.31. */
const formerKeys: SecretKeys = { id: 'client_id', secret: 'client_secret' };

/** @throws {Refusal} without an id */
export function credentialsIn(secret: KubernetesObject, keys: SecretKeys): Credentials {
  const of = (which: keyof SecretKeys) => textAt(secret, keys[which]) ?? textAt(secret, formerKeys[which]);
  const id = of('id');
  if (id !== undefined) return { id, secret: of('secret') };
  throw new Refusal('InvalidSecret', `the Secret ${secret.metadata.name} has no key ${keys.id}, or nothing in it`);
}

function textAt({ data = {} }: KubernetesObject, key: string): string | undefined {
  const text = Buffer.from(Object.hasOwn(data, key) ? (data[key] ?? '') : '', 'base64').toString('utf8');
  return text === '' ? undefined : text;
}

const encoded = (text: string): string => Buffer.from(text).toString('base64');

export const dataOf = ({ id, secret }: Credentials, keys: SecretKeys): Record<string, string> => ({
  [keys.id]: encoded(id),
  ...(secret === undefined ? {} : { [keys.secret]: encoded(secret) }),
});

/** A Secret that goes with its resource. */
export const newSecret = (name: string, owner: OwnerReference, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    labels: { 'app.kubernetes.io/managed-by': 'cardea-controller' },
    ownerReferences: [owner],
  },
  data,
});

/** Whether the controller made it, and may put into it what is missing. */
export const belongsTo = ({ metadata }: KubernetesObject, uid: string | undefined): boolean =>
  uid !== undefined && metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
