// One resource, what is needed to look after it, and whose a client is.
import type { JsonObject } from '@cardea/oauth';
import type { AdminApi } from './admin-api.js';
import type { SecretKeys } from './credentials.js';
import type { Kubernetes } from './kubernetes/api.js';
import type { Resource } from './kubernetes/object.js';
import type { Kind } from './resources/wish.js';
import { Refusal } from './resources/wish.js';

export interface Tools {
  readonly kubernetes: Kubernetes;
  readonly admin: AdminApi;
  readonly keys: SecretKeys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

export interface Subject {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

export const resourceOf = ({ group }: Kind): Resource => ({ group, version: 'v1alpha1', plural: 'oauth2clients' });

export const idOf = (client: JsonObject): string => String(client['client_id']);

/** @throws {Refusal} for a client that is somebody else's: whoever may write resources may not take over what is there already */
export function refuseOthers(client: JsonObject | undefined, owner: string): void {
  if (client === undefined || client['owner'] === owner) return;
  const [id, mine] = [idOf(client), owner].map((text) => JSON.stringify(text));
  const whose = client['owner'] === '' ? 'nobody' : JSON.stringify(client['owner']);
  throw new Refusal(
    'Conflict',
    `there is a client ${id ?? ''} already, owned by ${whose}: choose another id, or make its owner ${mine ?? ''} to have this resource take it over`,
  );
}
