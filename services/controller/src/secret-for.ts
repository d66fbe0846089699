// The Secret of a resource, found or made. Making it comes first and is decided by the API server, so an id and a secret are chosen once,
// and known before the client exists.
import type { Credentials } from './credentials.js';
import { belongsTo, credentialsIn, dataOf, newSecret } from './credentials.js';
import { KubernetesError } from './kubernetes/api.js';
import type { KubernetesObject, OwnerReference } from './kubernetes/object.js';
import { secrets } from './kubernetes/object.js';
import type { Wish } from './resources/wish.js';
import { Refusal } from './resources/wish.js';
import type { Subject, Tools } from './subject.js';
import { idOf, refuseOthers } from './subject.js';

export interface Wanted {
  readonly subject: Subject;
  readonly object: KubernetesObject;
  readonly wish: Wish;
  readonly owner: string;
}

export interface FoundSecret {
  readonly credentials: Credentials;
  /** Another one with every change. */
  readonly version: string;
}

/** 256 bits. */
const secretBytes = 32;
const idBytes = 16;

/** @throws {Refusal} when it is not as it must be */
export async function secretFor(wanted: Wanted, tools: Tools): Promise<FoundSecret> {
  const { subject, wish } = wanted;
  const { kubernetes, keys } = tools;
  const secret = await kubernetes.get(secrets, subject.namespace, wish.secretName);
  if (secret === undefined) return created(wanted, tools);
  const credentials = credentialsIn(secret, keys);
  if (wish.clientId !== undefined && wish.clientId !== credentials.id) {
    throw new Refusal(
      'InvalidSecret',
      `the Secret ${wish.secretName} says ${JSON.stringify(credentials.id)}, spec.clientId ${JSON.stringify(wish.clientId)}`,
    );
  }
  if (!wish.hasSecret || credentials.secret !== undefined) return { credentials, version: versionOf(secret) };
  // One that we made when the client needed none.
  if (belongsTo(secret, wanted.object.metadata.uid)) return completed(wanted, secret, credentials, tools);
  throw new Refusal(
    'InvalidSecret',
    `the Secret ${wish.secretName} has no key ${keys.secret}, and the client proves itself by a secret`,
  );
}

const versionOf = ({ metadata: { uid = '', resourceVersion = '' } }: KubernetesObject): string =>
  `${uid}/${resourceVersion}`;

const random = ({ random: bytes }: Tools): string => bytes(secretBytes).toString('base64url');

async function created(wanted: Wanted, tools: Tools): Promise<FoundSecret> {
  const { subject, object, wish, owner } = wanted;
  const { kubernetes, admin, keys } = tools;
  if (wish.requireExistingSecret)
    throw new Refusal('SecretNotFound', `there is no Secret ${wish.secretName} yet, and spec says to wait for it`);
  if (wish.clientId !== undefined) refuseOthers(await admin.get(wish.clientId), owner);
  // A Secret that was lost: the client keeps its id and gets a new secret.
  const [former] = await admin.ownedBy(owner);
  const id = wish.clientId ?? (former === undefined ? uuid(tools) : idOf(former));
  const credentials = { id, secret: wish.hasSecret ? random(tools) : undefined };
  const made = newSecret(wish.secretName, referenceTo(object), dataOf(credentials, keys));
  return { credentials, version: versionOf(await written(() => kubernetes.create(secrets, subject.namespace, made))) };
}

async function completed(
  { subject, wish }: Wanted,
  secret: KubernetesObject,
  { id }: Credentials,
  tools: Tools,
): Promise<FoundSecret> {
  const credentials = { id, secret: random(tools) };
  const patch = {
    metadata: { resourceVersion: secret.metadata.resourceVersion },
    data: dataOf(credentials, tools.keys),
  };
  const changed = await written(() => tools.kubernetes.patch(secrets, subject.namespace, wish.secretName, patch));
  return { credentials, version: versionOf(changed) };
}

async function written(work: () => Promise<KubernetesObject>): Promise<KubernetesObject> {
  try {
    return await work();
  } catch (error) {
    // 409: somebody was faster, and the next round sees whose it is.
    if (error instanceof KubernetesError && [403, 422].includes(error.status))
      throw new Refusal('SecretCreationFailed', error.message);
    throw error;
  }
}

/** Its own version: the secret must not outlive the resource. */
function referenceTo({ apiVersion = '', kind = '', metadata: { name, uid = '' } }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name, uid };
}

/** RFC 9562 §5.4. */
function uuid({ random: bytes }: Tools): string {
  const value = bytes(idBytes);
  value.writeUInt8((value.readUInt8(6) & 0x0f) | 0x40, 6);
  value.writeUInt8((value.readUInt8(8) & 0x3f) | 0x80, 8);
  return value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
