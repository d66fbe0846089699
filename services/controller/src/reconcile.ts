// Makes a client what its resource says. All is read anew each time and every step can be repeated: what the Secret says is decided by the
// API server (who creates it first), what the client is by the admin API. Two controllers at once, or one that dies in between, leave
// nothing behind that the next round does not mend.
import { apply } from './apply.js';
import type { KubernetesObject } from './kubernetes/object.js';
import { specOf } from './resources/fields.js';
import { Refusal } from './resources/wish.js';
import type { Verdict } from './status.js';
import { clientIdOf, isReady, statusPatch } from './status.js';
import type { Subject, Tools } from './subject.js';
import { idOf, resourceOf } from './subject.js';

/**
 * @returns whether the client is as the resource says; undefined when the resource is gone
 * @throws what may pass by itself: somebody else was faster, a server cannot be reached
 */
export async function reconcile(subject: Subject, tools: Tools): Promise<Verdict | undefined> {
  const { kind, namespace, name } = subject;
  const found = await tools.kubernetes.get(resourceOf(kind), namespace, name);
  if (found === undefined) return undefined;
  if (found.metadata.deletionTimestamp !== undefined) {
    await letGo(subject, found, tools);
    return undefined;
  }
  const object = await held(subject, found, tools);
  try {
    const clientId = await apply(subject, object, tools);
    const message = 'the client is as this resource says';
    return await said(subject, object, { ready: true, reason: 'Reconciled', message, clientId }, tools);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const verdict = { ready: false, message, clientId: clientIdOf(object) };
    if (error instanceof Refusal) return await said(subject, object, { ...verdict, reason: error.reason }, tools);
    // It may pass. Who waits for the first time is told what for, if that can be told.
    if (!isReady(object)) {
      await said(subject, object, { ...verdict, reason: 'Unavailable' }, tools).catch(() => undefined);
    }
    throw error;
  }
}

async function said(subject: Subject, object: KubernetesObject, verdict: Verdict, tools: Tools): Promise<Verdict> {
  const { kind, namespace, name } = subject;
  const patch = statusPatch(object, verdict, tools.now());
  if (patch !== undefined) await tools.kubernetes.patch(resourceOf(kind), namespace, name, patch, 'status');
  return verdict;
}

/** With the finalizer: from here on no client can be left behind. */
async function held(subject: Subject, object: KubernetesObject, { kubernetes }: Tools): Promise<KubernetesObject> {
  const { kind, namespace, name } = subject;
  const { finalizers = [], resourceVersion } = object.metadata;
  if (finalizers.includes(kind.finalizer)) return object;
  const metadata = { resourceVersion, finalizers: [...finalizers, kind.finalizer] };
  return kubernetes.patch(resourceOf(kind), namespace, name, { metadata });
}

async function letGo(subject: Subject, object: KubernetesObject, { kubernetes, admin }: Tools): Promise<void> {
  const { kind, namespace, name } = subject;
  const { finalizers = [], resourceVersion } = object.metadata;
  if (!finalizers.includes(kind.finalizer)) return;
  if (!kind.keepsClient(specOf(object))) {
    for (const client of await admin.ownedBy(kind.ownerOf(namespace, name))) await admin.remove(idOf(client));
  }
  const metadata = { resourceVersion, finalizers: finalizers.filter((each) => each !== kind.finalizer) };
  await kubernetes.patch(resourceOf(kind), namespace, name, { metadata });
}
