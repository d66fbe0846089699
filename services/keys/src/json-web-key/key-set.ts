// What a key set can do, whichever kind it is: one that signs, or documents somebody keeps here (hydra-wire §2.8).
import type { Jwk, KeyDocument } from './document.js';

/** A key to make. */
export interface KeyRequest {
  /** Empty lets the provider choose. */
  readonly kid: string;
  readonly algorithm: string;
  /** Empty means `sig`. */
  readonly use: string;
}

/** A key as it is shown. */
export interface ShownKey {
  readonly kid: string;
  readonly jwk: Jwk;
}

/** Everything throws OAuthError. */
export interface KeySet {
  /** Fails with `conflict` when the id is taken. */
  create(keySet: string, request: KeyRequest, includePrivate: boolean): Promise<ShownKey>;
  /** Newest first. */
  read(keySet: string, includePrivate: boolean): Promise<readonly ShownKey[]>;
  /**
   * Adds or replaces one key.
   *
   * @param confirmation the name of the set once more, here and below: one that signs wants it
   */
  put(keySet: string, document: KeyDocument, confirmation: string): Promise<void>;
  /** Afterwards the set has these keys and no other. */
  replace(keySet: string, documents: readonly KeyDocument[], confirmation: string): Promise<void>;
  /** Undefined: all of them. What is not there is no error. */
  remove(keySet: string, kid: string | undefined, confirmation: string): Promise<void>;
}
