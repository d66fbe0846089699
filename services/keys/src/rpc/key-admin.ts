// Answers cardea.keys.v1.KeyAdminService: an operator creates a key and sees which there are.
import { isKeySet } from '@cardea/oauth';
import type { Handlers, keyAdminV1 } from '@cardea/rpc';
import type { KeyMaker } from '../create-key.js';
import { createKey } from '../create-key.js';
import type { KeyRing } from '../key-ring.js';
import { algorithm, refuse, requestId } from '../policy/checks.js';
import { cannotSign } from '../unavailable.js';
import { publicKeyMessage } from './public-key.js';

const longestWaitSeconds = 366 * 24 * 3600;

export function keyAdminHandlers(options: {
  maker: KeyMaker;
  ring: KeyRing;
  /** Makes the ring learn of a new key before it is answered. */
  refresh: () => Promise<void>;
}): Handlers<typeof keyAdminV1.KeyAdminServiceService> {
  const { maker, ring, refresh } = options;
  return {
    async createKey(request) {
      const { keySet, activateAfterSeconds } = request;
      if (!isKeySet(keySet)) return refuse('there is no such key set');
      if (activateAfterSeconds < 0 || activateAfterSeconds > longestWaitSeconds) {
        return refuse('activate_after_seconds must be between 0 and a year');
      }
      const { kid } = await createKey(maker, {
        ...{ keySet, activateAfterSeconds },
        algorithm: algorithm(request.algorithm),
        requestId: requestId(request.requestId),
      });
      await refresh();
      const found = ring.published().find(({ stored }) => stored.kid === kid);
      // It is there, but is it published? Asking again with the same request_id tells.
      if (found === undefined) throw cannotSign('a key was created, and the registry could not be read afterwards');
      return { key: publicKeyMessage(found) };
    },

    async listKeys({ keySet }) {
      if (keySet !== '' && !isKeySet(keySet)) return refuse('there is no such key set');
      const keys = ring.published().filter(({ stored }) => keySet === '' || stored.keySet === keySet);
      return { keys: keys.map(publicKeyMessage) };
    },
  };
}
