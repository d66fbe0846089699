// Answers cardea.keys.v1.JsonWebKeyService: key sets of any name, the two that sign among them.
import { isKeySet, OAuthError } from '@cardea/oauth';
import type { Handlers, jsonWebKeyV1 } from '@cardea/rpc';
import { readKeyDocument } from '../json-web-key/document.js';
import type { KeySet, ShownKey } from '../json-web-key/key-set.js';
import { refuse } from '../policy/checks.js';

const longestName = 255;
/** More would not fit a gRPC message by far. */
const mostKeys = 256;

const bytes = ({ jwk }: ShownKey) => Buffer.from(JSON.stringify(jwk));

export function jsonWebKeyHandlers(options: {
  signing: KeySet;
  documents: KeySet;
  /** Makes this process learn of a change before it is answered. */
  refresh: () => Promise<void>;
}): Handlers<typeof jsonWebKeyV1.JsonWebKeyServiceService> {
  const { signing, documents, refresh } = options;
  const setOf = (name: string): KeySet => {
    if (name === '' || name.length > longestName) return refuse('a key set needs a name of 1 to 255 characters');
    return isKeySet(name) ? signing : documents;
  };
  return {
    async createJsonWebKey({ keySet, keyId, algorithm, use, includePrivate }) {
      const made = await setOf(keySet).create(keySet, { kid: keyId, algorithm, use }, includePrivate);
      await refresh();
      return { jwkJson: bytes(made) };
    },
    async getJsonWebKeys({ keySet, keyId, includePrivate }) {
      const keys = await setOf(keySet).read(keySet, includePrivate);
      const found = keyId === '' ? keys : keys.filter(({ kid }) => kid === keyId);
      if (found.length === 0) throw new OAuthError('not_found');
      return { jwksJson: found.map(bytes) };
    },
    async setJsonWebKeys({ keySet, jwksJson, confirmation }) {
      if (jwksJson.length > mostKeys) refuse(`a set has at most ${String(mostKeys)} keys`);
      await setOf(keySet).replace(keySet, jwksJson.map(readKeyDocument), confirmation);
      await refresh();
      return {};
    },
    async setJsonWebKey({ keySet, jwkJson, confirmation }) {
      await setOf(keySet).put(keySet, readKeyDocument(jwkJson), confirmation);
      await refresh();
      return {};
    },
    async deleteJsonWebKeys({ keySet, keyId, confirmation }) {
      await setOf(keySet).remove(keySet, keyId === '' ? undefined : keyId, confirmation);
      await refresh();
      return {};
    },
  };
}
