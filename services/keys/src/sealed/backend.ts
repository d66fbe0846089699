// Software keys: PKCS#8 in sealed rows, opened once into this process and signed with by node:crypto.
import { ecdsaFromDer, newAlgorithms, OAuthError, ownAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeptPair, KeyBackend, KeyName, StoredKey } from '../backend.js';
import { createLane } from '../lane.js';
import { cannotSign } from '../unavailable.js';
import type { Envelope } from './envelope.js';
import { generateSoftwareKey } from './generate.js';

// A signature that costs less than handing it to another thread is made where it is asked for: 30 µs against 53 for ES256.
// All others would hold up the event loop (performance §1.1).
const inPlace: ReadonlySet<string> = new Set(['ES256', 'EdDSA']);

/** Node's own pool has so many threads unless told otherwise. */
const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
const waitingPerThread = 256;

type Digest = string | null;

interface OpenKey {
  readonly digest: Digest;
  readonly key: Parameters<typeof sign>[2];
  /** Of ECDSA, whose signatures node:crypto spells otherwise. */
  readonly partBytes: number | undefined;
  readonly inPlace: boolean;
  readonly ended: boolean;
}

/** What a sealed private key belongs to. */
export const keyContext = ({ keySet, kid, algorithm }: KeyName) =>
  ['cardea_keys.key', keySet, kid, algorithm].join('\0');

/**
 * @param options.rsaBits bits of the modulus of a new RSA key
 * @param options.mlDsa whether ML-DSA keys may be made
 */
export function createSealedBackend(options: {
  envelope: Envelope;
  rsaBits?: number;
  mlDsa?: boolean;
  now: () => number;
}): KeyBackend {
  const { envelope, rsaBits = 2048, mlDsa = false, now } = options;
  const open = new Map<string, OpenKey>();
  const lane = createLane({ atOnce: threads, waiting: threads * waitingPerThread, now });

  const keep = (name: KeyName, privateKey: KeyObject): KeptPair => {
    const plain = privateKey.export({ format: 'der', type: 'pkcs8' });
    const sealed = envelope.seal(keyContext(name), plain);
    plain.fill(0);
    return { jwk: createPublicKey(privateKey).export({ format: 'jwk' }), sealed };
  };
  const welcome = ({ algorithm }: KeyName): void => {
    if (mlDsa || !newAlgorithms.has(algorithm)) return;
    throw new OAuthError('invalid_request', `A key for ${algorithm} is made where keys.ml_dsa is set.`);
  };
  const reveal = (key: StoredKey): KeyObject => {
    if (key.sealed === undefined) throw new Error('the registry has no private half of it');
    const plain = envelope.open(keyContext(key), key.sealed);
    const privateKey = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
    plain.fill(0);
    return privateKey;
  };

  return {
    kind: 'sealed',
    generate: async (name) => {
      welcome(name);
      return keep(name, await generateSoftwareKey(rowOf(name.algorithm), rsaBits));
    },
    accept: (name, privateKey) => {
      welcome(name);
      return keep(name, privateKey);
    },
    reveal,

    examine(key) {
      return Promise.resolve().then(() => {
        const privateKey = reveal(key);
        if (!createPublicKey(privateKey).equals(createPublicKey({ key: key.jwk, format: 'jwk' }))) {
          throw new Error('its private half does not belong to its public half');
        }
        const { node, partBytes } = rowOf(key.algorithm);
        open.set(key.kid, {
          digest: node.digest,
          partBytes,
          // But for PSS the key says it all; told by an object, Node 24 takes 11 µs more, and 11 more to spell an ECDSA signature.
          key: node.options.saltLength === undefined ? privateKey : { key: privateKey, ...node.options },
          inPlace: inPlace.has(key.algorithm),
          ended: false,
        });
      });
    },

    sign({ kid }, input, deadline) {
      const found = open.get(kid);
      if (found === undefined) throw cannotSign(`key ${kid} was not opened`);
      const bytes = Buffer.from(input, 'latin1');
      if (found.inPlace) return spelled(found, sign(found.digest, bytes, found.key));
      return lane(deadline, async () => {
        // It may have waited, and the key have been ended meanwhile.
        if (open.get(kid)?.ended !== false) throw cannotSign(`key ${kid} was ended`);
        return spelled(found, await signElsewhere(found, bytes));
      });
    },
    ended(kid) {
      const key = open.get(kid);
      if (key !== undefined) open.set(kid, { ...key, ended: true });
    },

    forget: (kid) => void open.delete(kid),
    // Its row was all there was of it.
    destroy: () => Promise.resolve(),
    // Whoever has a key-encryption key and the database has the private halves: that is what an HSM would change.
    describe: (keys) =>
      Promise.resolve({
        facts: { seal: 'AES-256-GCM', openssl: process.versions.openssl },
        attributes: new Map(
          keys.map(({ kid, sealed }) => {
            const byFirst = sealed !== undefined && envelope.sealedByFirst(sealed);
            return [kid, { sign: true, extractable: true, sealed: sealed !== undefined, sealed_by_first_kek: byFirst }];
          }),
        ),
      }),
    problem: () => undefined,
    close() {
      open.clear();
      return Promise.resolve();
    },
  };
}

function rowOf(algorithm: string) {
  const row = ownAlgorithm(algorithm);
  if (row === undefined) throw new Error(`this release does not know algorithm ${algorithm}`);
  return row;
}

/** As JWS has it. */
const spelled = ({ partBytes }: OpenKey, signature: Buffer): Buffer =>
  partBytes === undefined ? signature : ecdsaFromDer(signature, partBytes);

function signElsewhere({ digest, key }: OpenKey, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(digest, bytes, key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}
