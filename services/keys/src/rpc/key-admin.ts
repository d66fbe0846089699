// Answers cardea.keys.v1.KeyAdminService: an operator makes, moves and ends keys, and sees which there are.
import type { KeySetName } from '@cardea/oauth';
import { isKeySet } from '@cardea/oauth';
import type { CallContext, Handlers, keyAdminV1, signingV1 } from '@cardea/rpc';
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Attest } from '../attest.js';
import type { FindSignatures } from '../audit/find-signatures.js';
import type { KeyMaker } from '../create-key.js';
import { createKey } from '../create-key.js';
import type { Changed } from '../end-key.js';
import { destroyKey, promoteKey, retireKey } from '../end-key.js';
import { adoptKey, importKey } from '../import-key.js';
import type { KeyRing } from '../key-ring.js';
import type { KeyAct } from '../registry/key-changes.js';
import { onBehalf } from '../registry/on-behalf.js';
import { algorithm, keyId, refuse, requestId } from '../policy/checks.js';
import { cannotSign } from '../unavailable.js';
import { publicKeyMessage } from './public-key.js';

const longestWaitSeconds = 366 * 24 * 3600;

export function keyAdminHandlers(options: {
  maker: KeyMaker;
  ring: KeyRing;
  /** How long verifiers may keep a copy of the key set, milliseconds. */
  prePublish: number;
  /** Makes the ring learn of a change before it is answered. */
  refresh: () => Promise<void>;
  attest: Attest;
  findSignatures: FindSignatures;
}): Handlers<typeof keyAdminV1.KeyAdminServiceService> {
  const { maker, ring, prePublish, refresh, attest, findSignatures } = options;
  const makerFor = ({ caller = '' }: CallContext, act: KeyAct): KeyMaker => ({
    ...maker,
    registry: onBehalf(maker.registry, caller, act, maker.now),
  });

  const published = async (kid: string): Promise<signingV1.PublicKey> => {
    await refresh();
    const found = ring.published().find(({ stored }) => stored.kid === kid);
    // It is there, but is it published? Asking again tells.
    if (found === undefined) throw cannotSign('a key was changed, and the registry could not be read afterwards');
    return publicKeyMessage(found);
  };
  const changed = async ({ key, warnings }: Changed) => ({ key: await published(key.kid), warnings: [...warnings] });

  return {
    async createKey(request, call) {
      const { kid } = await createKey(makerFor(call, 'create'), {
        keySet: keySetOf(request.keySet),
        activateAfterSeconds: wait(request.activateAfterSeconds),
        algorithm: algorithm(request.algorithm),
        requestId: requestId(request.requestId),
      });
      return { key: await published(kid) };
    },

    async importKey(request, call) {
      confirmed(request.keyId, request.confirmation);
      const key = {
        keySet: keySetOf(request.keySet),
        kid: keyId(request.keyId),
        algorithm: algorithm(request.algorithm),
      };
      const beginning = { activateAfterSeconds: wait(request.activateAfterSeconds), requestId: undefined };
      if (request.privateKey.length === 0) await adoptKey(makerFor(call, 'adopt'), key, beginning);
      else await importKey(makerFor(call, 'import'), key, privateKeyOf(request.privateKey), beginning);
      return { key: await published(key.kid) };
    },

    promoteKey: async ({ keyId: kid }, call) => changed(await promoteKey(makerFor(call, 'promote'), kid, prePublish)),
    retireKey: async ({ keyId: kid }, call) => changed(await retireKey(makerFor(call, 'retire'), kid, prePublish)),

    async destroyKey(request, call) {
      confirmed(request.keyId, request.confirmation);
      const { warnings } = await destroyKey(makerFor(call, 'destroy'), request.keyId, prePublish);
      await refresh();
      return { warnings: [...warnings] };
    },

    attest: async ({ nonce }, call) => ({ jwt: await attest(nonce === '' ? '' : requestId(nonce, 'nonce'), call) }),

    findSignatures: (request) => findSignatures(request),

    async listKeys({ keySet }) {
      if (keySet !== '') keySetOf(keySet);
      const keys = ring.published().filter(({ stored }) => keySet === '' || stored.keySet === keySet);
      return { keys: keys.map(publicKeyMessage) };
    },
  };
}

function keySetOf(name: string): KeySetName {
  return isKeySet(name) ? name : refuse('there is no such key set');
}

function wait(seconds: number): number {
  return seconds >= 0 && seconds <= longestWaitSeconds
    ? seconds
    : refuse('activate_after_seconds must be between 0 and a year');
}

/** What cannot be taken back is asked for twice. */
function confirmed(kid: string, confirmation: string): void {
  if (confirmation !== kid) refuse('confirmation must repeat the key id');
}

function privateKeyOf(der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch {
    return refuse('the private key is not PKCS#8');
  }
}
