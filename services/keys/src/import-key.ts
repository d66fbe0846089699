// Takes in keys that were made elsewhere: a private key into the sealed store, or a pair already in the token (hydra-wire §7).
import type { KeySetName } from '@cardea/oauth';
import { OAuthError, ownAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import type { StoredKey } from './backend.js';
import type { Beginning, KeyMaker } from './create-key.js';
import { add } from './create-key.js';
import type { Exclusive } from './registry/registry.js';

/** A key to take in, and how it is called. */
export interface Imported {
  readonly keySet: KeySetName;
  readonly kid: string;
  readonly algorithm: string;
}

const curveNames: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
const fewestBits = 2048;
const mostBits = 4096;

/** @throws {OAuthError} invalid_request when the backend takes none or the key does not fit; conflict when its id is taken */
export async function importKey(
  maker: KeyMaker,
  key: Imported,
  privateKey: KeyObject,
  beginning: Beginning,
): Promise<StoredKey> {
  return maker.registry.exclusively((exclusive) => takeIn(maker, exclusive, key, privateKey, beginning));
}

/** The same as a part of something larger. */
export async function takeIn(
  maker: KeyMaker,
  exclusive: Exclusive,
  key: Imported,
  privateKey: KeyObject,
  beginning: Beginning,
): Promise<StoredKey> {
  const { accept } = maker.backend;
  if (accept === undefined) {
    throw new OAuthError(
      'invalid_request',
      'The keys of this set are made in the HSM; a key from elsewhere is not put there.',
    );
  }
  checkFit(privateKey, key.algorithm);
  return add(maker, exclusive, key, beginning, async (name) => accept(name, privateKey));
}

/** @throws {OAuthError} invalid_request when there is no token, or the pair in it must not sign */
export async function adoptKey(maker: KeyMaker, key: Imported, beginning: Beginning): Promise<StoredKey> {
  const { adopt } = maker.backend;
  if (adopt === undefined) throw new OAuthError('invalid_request', 'There is no HSM whose keys could be adopted.');
  return maker.registry.exclusively((exclusive) =>
    add(maker, exclusive, key, beginning, (name) =>
      adopt(name).catch((error: unknown) => {
        if (error instanceof OAuthError) throw error;
        throw new OAuthError('invalid_request', `The pair is not adopted: ${(error as Error).message}.`);
      }),
    ),
  );
}

/** @throws {OAuthError} invalid_request unless the key can serve the algorithm, with bits enough */
function checkFit(key: KeyObject, algorithm: string): void {
  const row = ownAlgorithm(algorithm);
  const refuse = (reason: string) => new OAuthError('invalid_request', `The key is not taken in: ${reason}.`);
  if (row === undefined) throw refuse('its algorithm is not known');
  const { modulusLength, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const fits = {
    RSA: key.asymmetricKeyType === 'rsa',
    EC: key.asymmetricKeyType === 'ec' && curveNames[namedCurve] === row.curve,
    OKP: key.asymmetricKeyType === 'ed25519',
    AKP: key.asymmetricKeyType === algorithm.toLowerCase(),
  };
  if (!fits[row.keyType]) throw refuse(`it is not a key for ${algorithm}`);
  if (row.keyType !== 'RSA' || modulusLength === undefined) return;
  if (modulusLength < fewestBits || modulusLength > mostBits) {
    throw refuse(`its modulus must have ${fewestBits} to ${mostBits} bits`);
  }
}
