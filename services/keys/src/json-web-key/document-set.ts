// Key sets that are documents: made here or handed in, kept for their owner, never signed with by this provider.
import { newAlgorithms, OAuthError, ownAlgorithm } from '@cardea/oauth';
import { refuse } from '../policy/checks.js';
import type { Documents } from '../registry/documents.js';
import { generateSoftwareKey } from '../sealed/generate.js';
import type { Jwk, KeyDocument } from './document.js';
import { readKeyDocument } from './document.js';
import type { KeySet } from './key-set.js';

/** Hydra's sizes: whoever makes a key through its API expects them. */
const rsaBits = (algorithm: string) => (algorithm.startsWith('PS') ? 2048 : 4096);

/**
 * @param options.canSeal whether there is a key-encryption key
 * @param options.mlDsa whether ML-DSA keys may be made
 * @param options.random of cryptographic quality
 */
export function createDocumentSet(options: {
  documents: Documents;
  canSeal: boolean;
  mlDsa: boolean;
  random: (bytes: number) => Buffer;
}): KeySet {
  const { documents, canSeal, mlDsa, random } = options;

  const sealable = (list: readonly KeyDocument[]) => {
    if (!canSeal && list.some(({ secret }) => secret)) {
      refuse('keys.kek must be set before private keys can be kept outside of the HSM');
    }
  };

  return {
    async create(keySet, { kid, algorithm, use }, includePrivate) {
      const row = ownAlgorithm(algorithm) ?? refuse('it knows no such algorithm');
      if (newAlgorithms.has(algorithm) && !mlDsa) refuse(`a key for ${algorithm} is made where keys.ml_dsa is set`);
      const privateKey = await generateSoftwareKey(row, rsaBits(algorithm));
      const jwk: Jwk = {
        ...privateKey.export({ format: 'jwk' }),
        ...{ kid: kid === '' ? uuid(random(16)) : kid, alg: algorithm, use: use === '' ? 'sig' : use },
      };
      const document = readKeyDocument(Buffer.from(JSON.stringify(jwk)));
      sealable([document]);
      if (!(await documents.insert(keySet, document))) throw new OAuthError('conflict');
      return { kid: document.kid, jwk: includePrivate ? document.whole : (document.published ?? {}) };
    },
    async read(keySet, includePrivate) {
      const stored = await documents.read(keySet);
      return stored.flatMap(({ kid, published, whole }) => {
        const jwk = includePrivate ? whole() : published;
        return jwk === undefined ? [] : { kid, jwk };
      });
    },
    async put(keySet, document) {
      sealable([document]);
      await documents.put(keySet, document);
    },
    async replace(keySet, list) {
      sealable(list);
      if (new Set(list.map(({ kid }) => kid)).size < list.length) refuse('two keys have the same kid');
      await documents.replace(keySet, list);
    },
    remove: (keySet, kid) => documents.remove(keySet, kid),
  };
}

/** RFC 9562 §5.4. */
function uuid(random: Buffer): string {
  const bytes = Buffer.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
