// From a resource to its client: the Secret, then the client, then a note of what all three were when they were made alike. While they are
// that, nothing is done; when any of them changed, the client is written whole, for of its secret nobody is told whether it differs.
import type { JsonObject } from '@cardea/oauth';
import type { AdminApi } from './admin-api.js';
import { ClientRefused } from './admin-api.js';
import type { KubernetesObject } from './kubernetes/object.js';
import { specOf } from './resources/fields.js';
import type { RefusalReason } from './resources/wish.js';
import { Refusal } from './resources/wish.js';
import { secretFor } from './secret-for.js';
import type { Subject, Tools } from './subject.js';
import { idOf, refuseOthers, resourceOf } from './subject.js';

/** Not in the status, of which not every definition of the resource keeps all. */
const appliedAnnotation = 'cardea.dev/applied';

/** What each was: every change of a client, of its secret too, changes `updated_at`. */
interface Applied {
  readonly generation: number | undefined;
  readonly secret: string;
  readonly client: unknown;
}

/** @returns the id of the client @throws {Refusal} for what somebody has to change */
export async function apply(subject: Subject, object: KubernetesObject, tools: Tools): Promise<string> {
  const { kind, namespace, name } = subject;
  const { kubernetes, admin } = tools;
  const wish = kind.wishOf(specOf(object));
  const owner = kind.ownerOf(namespace, name);
  const { credentials, version } = await secretFor({ subject, object, wish, owner }, tools);
  const { id, secret } = credentials;
  const present = await admin.get(id);
  refuseOthers(present, owner);
  const stateWith = (client: JsonObject | undefined): Applied => ({
    generation: object.metadata.generation,
    secret: version,
    client: client?.['updated_at'] ?? null,
  });
  if (present !== undefined && object.metadata.annotations?.[appliedAnnotation] === JSON.stringify(stateWith(present)))
    return id;

  const whole = { ...wish.client, owner, client_id: id, ...(wish.hasSecret ? { client_secret: secret } : {}) };
  const written =
    present === undefined
      ? await refusedAs('RegistrationFailed', () => admin.create(whole))
      : await refusedAs('UpdateFailed', () => admin.replace(id, whole));
  if (present === undefined && !kind.keepsClient(specOf(object))) await removeFormer(id, owner, admin);
  // Of the answer: somebody may have changed it since.
  const annotations = { [appliedAnnotation]: JSON.stringify(stateWith(written)) };
  await kubernetes.patch(resourceOf(kind), namespace, name, { metadata: { annotations } });
  return id;
}

/** The Secret says another id now: the client of the former one is nobody's any more. */
async function removeFormer(id: string, owner: string, admin: AdminApi): Promise<void> {
  for (const client of await admin.ownedBy(owner)) if (idOf(client) !== id) await admin.remove(idOf(client));
}

async function refusedAs<T>(reason: RefusalReason, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClientRefused) throw new Refusal(reason, error.message);
    throw error;
  }
}
