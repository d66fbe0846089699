// User codes as they are kept: only as keyed hashes, since anybody could try all codes against plain ones (RFC 8628 §5.1).
import type { UserCodeForm } from '@cardea/oauth';
import { makeUserCode, normaliseUserCode } from '@cardea/oauth';
import { createHmac } from 'node:crypto';
import { deriveKeys } from '../seal.js';

export interface UserCodes {
  /** A new code, and what its row is found by. */
  make(): { readonly code: string; readonly key: Buffer };
  /** What rows of a typed code may be found by, one for each system secret; undefined when it cannot be a code. */
  keys(typed: string): readonly Buffer[] | undefined;
}

/** @param options.secrets `secrets.system`, newest first */
export function createUserCodes(options: {
  secrets: readonly string[];
  form: UserCodeForm;
  random: (bytes: number) => Buffer;
}): UserCodes {
  const { form, random } = options;
  const hashes = deriveKeys(options.secrets, 'user code').map(
    (key) => (code: string) => createHmac('sha256', key).update(code).digest(),
  );
  const newest = hashes[0];
  if (newest === undefined) throw new Error('secrets.system is empty');
  return {
    make() {
      const code = makeUserCode(form, random);
      return { code, key: newest(code) };
    },
    keys(typed) {
      const code = normaliseUserCode(typed, form);
      return code === undefined ? undefined : hashes.map((hash) => hash(code));
    },
  };
}
