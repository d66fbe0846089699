// Where private keys live: one contract for the HSM and for sealed software keys.
import type { KeyLife, KeySetName } from '@cardea/oauth';
import type { JsonWebKey, KeyObject } from 'node:crypto';

export type BackendKind = 'hsm' | 'sealed';

/** A key that is to be made. */
export interface KeyName {
  readonly keySet: KeySetName;
  readonly kid: string;
  /** A JWS algorithm of the table. */
  readonly algorithm: string;
}

/** A key as the registry has it. */
export interface StoredKey extends KeyName, KeyLife {
  readonly keySet: KeySetName;
  readonly backend: BackendKind;
  /** The public half: `kty` and its parameters. */
  readonly jwk: JsonWebKey;
  /** The private half, sealed; undefined for one in the HSM. */
  readonly sealed: Buffer | undefined;
}

/** What the registry keeps of a key pair. */
export interface KeptPair {
  /** The public half. */
  readonly jwk: JsonWebKey;
  /** The private half, sealed; undefined for one in the HSM. */
  readonly sealed: Buffer | undefined;
}

/** A backend in words for an auditor; nothing secret. */
export interface BackendDescription {
  readonly facts: Readonly<Record<string, unknown>>;
  /** What each key may and may not, by `kid`. */
  readonly attributes: ReadonlyMap<string, Readonly<Record<string, boolean>>>;
}

export interface KeyBackend {
  readonly kind: BackendKind;
  /** Makes a key pair whose private half nobody can read. Only ever called because an operator asked for a key. */
  generate(name: KeyName): Promise<KeptPair>;
  /** Takes a private key that was made elsewhere. Absent where keys only come into being inside. */
  readonly accept?: (name: KeyName, privateKey: KeyObject) => KeptPair;
  /**
   * Takes over a pair that other software put into the token under this name, and takes from it every right but to sign.
   * Absent where there is no token.
   *
   * @throws {Error} whose message is the reason for which it must not sign
   */
  readonly adopt?: (name: KeyName) => Promise<KeptPair>;
  /** Shows a private half. Absent where nobody can. */
  readonly reveal?: (key: StoredKey) => KeyObject;
  /** Told once that a key must never sign again: signatures that wait for it are refused, as far as they are not begun. */
  ended(kid: string): void;
  /** Drops what is kept of a key in this process. */
  forget(kid: string): void;
  /** Removes the private half for good, as far as it is kept outside of the registry. */
  destroy(key: StoredKey): Promise<void>;
  /**
   * Makes sure that a key is there, is what the registry says, and cannot be taken away.
   *
   * @throws {Error} whose message is the reason for which it must not sign
   */
  examine(key: StoredKey): Promise<void>;
  /**
   * Signs what a JWS signs, in JWS form (RFC 7518 §3). The key was examined before.
   *
   * @param input ASCII
   * @param deadline milliseconds since the epoch; past it nothing is sent any more
   * @throws {OAuthError} temporarily_unavailable when it is full, late or away
   */
  sign(key: StoredKey, input: string, deadline: number): Uint8Array | Promise<Uint8Array>;
  /**
   * Says what it is and what its keys may do, for an attestation.
   *
   * @throws {Error} when it is away or one of the keys is not what it must be
   */
  describe(keys: readonly StoredKey[]): Promise<BackendDescription>;
  /** Why it cannot sign now, in words for an operator. */
  problem(): string | undefined;
  close(): Promise<void>;
}
