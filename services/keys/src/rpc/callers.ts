// Who may call which method: signatures for token services alone, keys for admin services alone (security §2.3 rule 5).
import type { AllowList } from '@cardea/rpc';
import type { Config } from '@cardea/service';

export interface Callers {
  readonly signing: AllowList;
  readonly keyAdmin: AllowList;
  readonly jsonWebKey: AllowList;
  readonly signatureRecord: AllowList;
  readonly keyChange: AllowList;
}

/** @param allow `serve.keys.allow`: names of certificates */
export function callersOf({ token, admin, prober }: Config['serve']['keys']['allow']): Callers {
  return {
    signing: { '*': token, listPublicKeys: [...token, ...admin, ...prober] },
    keyAdmin: { '*': admin },
    jsonWebKey: { '*': admin },
    // What it issued is compared with what was signed; workers ask by way of it.
    signatureRecord: { '*': token },
    // It keeps the operators' record.
    keyChange: { '*': token },
  };
}
