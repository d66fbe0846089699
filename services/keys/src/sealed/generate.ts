// Makes a software key pair for a JWS algorithm; the work happens off the event loop.
import type { JwsAlgorithm } from '@cardea/oauth';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { rsaBits } from '../backend.js';

const generate = promisify(generateKeyPair);

export interface SoftwarePair {
  readonly jwk: JsonWebKey;
  readonly privateKey: KeyObject;
}

export async function generateSoftwarePair(algorithm: JwsAlgorithm): Promise<SoftwarePair> {
  const { publicKey, privateKey } = await pair(algorithm);
  return { jwk: publicKey.export({ format: 'jwk' }), privateKey };
}

function pair({ keyType, curve = 'P-256' }: JwsAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (keyType) {
    case 'RSA':
      return generate('rsa', { modulusLength: rsaBits });
    case 'EC':
      return generate('ec', { namedCurve: curve });
    case 'OKP':
      return generate('ed25519');
  }
}
