// What main thread and session threads say to each other. Plain values: they cross by structured clone.
import type { JsonWebKey } from 'node:crypto';
import type { HsmSettings } from '../settings.js';
import type { Bell } from './bell.js';
import type { Remedy } from './return-codes.js';
import type { Claims } from './stall-watch.js';

/** What a session thread is born with. */
export interface ThreadSettings {
  readonly hsm: HsmSettings;
  /** Whether the library is to be started anew: how a token that was away is found again. */
  readonly anew: boolean;
  /** Where the thread counts what it begins. */
  readonly claims: Claims;
  /** What wakes it. */
  readonly bell: Bell;
}

/** A key in the token: label and id, and what must be true of it. */
export interface TokenKey {
  readonly kid: string;
  readonly label: string;
  readonly algorithm: string;
  readonly jwk: JsonWebKey;
}

export type Job =
  | { readonly kind: 'sign'; readonly kid: string; readonly input: string; readonly deadline: number }
  | { readonly kind: 'examine'; readonly kid: string; readonly deadline: number }
  | { readonly kind: 'describe'; readonly kid: string; readonly deadline: number }
  | ({ readonly kind: 'adopt' } & NamedJob)
  | ({ readonly kind: 'destroy' } & NamedJob)
  | ({
      readonly kind: 'generate';
      /** Bits of the modulus, where there is one. */
      readonly rsaBits: number;
    } & NamedJob);

/** For a pair that the registry does not know yet, or not any more. */
interface NamedJob {
  readonly kid: string;
  readonly label: string;
  readonly algorithm: string;
  readonly deadline: number;
}

export type ToThread =
  | {
      readonly kind: 'batch';
      /** Keys the thread was not told of yet. */
      readonly keys: readonly TokenKey[];
      readonly jobs: readonly Job[];
    }
  | { readonly kind: 'stop' };

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: Remedy;
}

/** What library and token say of themselves. */
export interface TokenDescription {
  readonly library: Readonly<Record<'description' | 'version' | 'manufacturer' | 'pkcs11', string>>;
  readonly token: Readonly<Record<'label' | 'serial' | 'model' | 'manufacturer' | 'hardware' | 'firmware', string>>;
  /** `CKM_*`. */
  readonly mechanisms: readonly string[];
}

/** `describe`, of a key. */
export interface KeyDescription {
  readonly token: TokenDescription;
  /** Of the private half. */
  readonly attributes: Readonly<Record<string, boolean>>;
}

/** What a job gives. */
export type JobValue = Uint8Array | JsonWebKey | KeyDescription | undefined;

/**
 * `sign` gives the signature, `generate` and `adopt` the public half, `describe` a description, the others nothing. `late` was
 * never sent to the token.
 */
export type JobResult = { readonly value: JobValue } | { readonly failure: Failure } | { readonly late: true };

export type FromThread =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | {
      readonly kind: 'batch';
      /** In the order of the jobs; fewer, when the rest was taken away. */
      readonly results: readonly JobResult[];
      /** Sessions destroyed on the way. */
      readonly sessionsLost: number;
      /** Set when the token is gone: this thread has no session any more. */
      readonly lost: Failure | undefined;
    };
