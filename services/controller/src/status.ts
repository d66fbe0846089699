// The status of a resource: whether its client is as it should be, and if not, who has to do what (Kubernetes API conventions; the fields
// beside `conditions` are hydra-maester's).
import type { KubernetesObject } from './kubernetes/object.js';
import { isObject } from './resources/fields.js';
import type { RefusalReason } from './resources/wish.js';
import { refusalCodes } from './resources/wish.js';

export interface Verdict {
  readonly ready: boolean;
  readonly reason: RefusalReason | 'Reconciled' | 'Unavailable';
  readonly message: string;
  readonly clientId: string | undefined;
}

/** The id that a resource's client had when it was last looked at. */
export const clientIdOf = ({ status }: KubernetesObject): string | undefined =>
  isObject(status) && typeof status['clientId'] === 'string' ? status['clientId'] : undefined;

/** Whether it is ready as it stands: a moment of trouble with a server takes nothing from it. */
export const isReady = ({ status, metadata }: KubernetesObject): boolean =>
  isObject(status) && status['observedGeneration'] === metadata.generation && conditionOf(status)['status'] === 'True';

/** @param now milliseconds since the epoch @returns the patch of the status; undefined when it says so already */
export function statusPatch(object: KubernetesObject, verdict: Verdict, now: number): object | undefined {
  const { ready, reason, message, clientId } = verdict;
  const observedGeneration = object.metadata.generation;
  const present = isObject(object.status) ? object.status : {};
  const before = conditionOf(present);
  const status = ready ? 'True' : 'False';
  // Another definition of the resource may know less of the status and drop the rest: what is not there is not missed.
  const same =
    before['status'] === status &&
    present['observedGeneration'] === observedGeneration &&
    (before['reason'] ?? reason) === reason &&
    (before['message'] ?? message) === message &&
    (present['clientId'] ?? clientId) === clientId;
  if (same) return undefined;
  const since = before['status'] === status ? before['lastTransitionTime'] : undefined;
  const lastTransitionTime = since ?? new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const statusCode = reason in refusalCodes ? refusalCodes[reason as RefusalReason] : null;
  return {
    status: {
      observedGeneration,
      clientId: clientId ?? null,
      conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime, observedGeneration }],
      reconciliationError: ready ? null : { statusCode, description: message },
    },
  };
}

/** `Ready`, or nothing in it. */
function conditionOf(status: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const conditions = Array.isArray(status['conditions']) ? (status['conditions'] as unknown[]) : [];
  return conditions.filter(isObject).find(({ type }) => type === 'Ready') ?? {};
}
