// What a resource asks for, whichever of the kinds it is of.
import type { JsonObject } from '@cardea/oauth';

/** Why a resource cannot be served; the words before the colon are what hydra-maester's users look for in `status.reconciliationError`. */
export const refusalCodes = {
  InvalidSpec: 'CLIENT_REGISTRATION_FAILED',
  RegistrationFailed: 'CLIENT_REGISTRATION_FAILED',
  UpdateFailed: 'CLIENT_UPDATE_FAILED',
  Conflict: 'INVALID_SECRET',
  InvalidSecret: 'INVALID_SECRET',
  SecretNotFound: 'SECRET_NOT_FOUND',
  SecretCreationFailed: 'SECRET_CREATION_FAILED',
  InvalidHydraAddress: 'INVALID_HYDRA_ADDRESS',
} as const;

export type RefusalReason = keyof typeof refusalCodes;

/** What somebody has to change, in the resource or beside it; said in its status, and asked again when something changes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface Wish {
  /** Client JSON: the whole of it, but for id, secret and owner. */
  readonly client: JsonObject;
  /** Where id and secret are, or are to be. */
  readonly secretName: string;
  /** The id it must have; undefined leaves the choice. */
  readonly clientId: string | undefined;
  /** The Secret is somebody else's to make: wait for it. */
  readonly requireExistingSecret: boolean;
  /** Whether the client proves itself by a secret. */
  readonly hasSecret: boolean;
}

/** One of the kinds that are served. */
export interface Kind {
  readonly group: string;
  /** Keeps a resource until its client is gone. */
  readonly finalizer: string;
  /** How a client says whose it is. */
  readonly ownerOf: (namespace: string, name: string) => string;
  /** @throws {Refusal} for what nobody can serve */
  readonly wishOf: (spec: JsonObject) => Wish;
  /** Read by itself: what is wrong with the rest must not keep a resource from going. */
  readonly keepsClient: (spec: JsonObject) => boolean;
}

const secretMethods: readonly unknown[] = [
  undefined,
  '',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
];

/** RFC 7591 §2: without a word it is client_secret_basic. */
export const provesBySecret = (method: unknown): boolean => secretMethods.includes(method);
