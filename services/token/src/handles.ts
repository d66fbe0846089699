// Mints and opens handles with this installation's secrets; the only place that holds them.
import type { HandleKind, MintedHandle, OpenedHandle } from '@cardea/oauth';
import { handleEntropy, mintHandle, openHandle } from '@cardea/oauth';
import { deriveKeys } from './seal.js';

/** Makes and opens handles. */
export interface Handles {
  /**
   * @param expiresAt seconds since the epoch
   * @param rowId up to 16 bytes that open() finds again in `entropy`; the rest is random
   */
  mint(kind: HandleKind, expiresAt: number, rowId?: Buffer): MintedHandle;
  /** The opened handle, or undefined when it is forged or of another kind. Says nothing about expiry. */
  open(kind: HandleKind, text: string): OpenedHandle | undefined;
}

/** @param options.prefix what access tokens begin with, `ory` by default so that secret scanners know them */
export function createHandles(options: {
  secrets: readonly string[];
  random: (bytes: number) => Buffer;
  prefix?: string;
}): Handles {
  const keys = deriveKeys(options.secrets, 'handle');
  const newest = keys[0];
  if (newest === undefined) throw new Error('secrets.system is empty');
  return {
    mint(kind, expiresAt, rowId) {
      const entropy = options.random(handleEntropy);
      rowId?.copy(entropy, 0, 0, 16);
      return mintHandle(kind, newest, entropy, expiresAt, options.prefix);
    },
    open: (kind, text) => openHandle(kind, keys, text),
  };
}
