// Makes a software key for a JWS algorithm; the work happens off the event loop.
import type { JwsAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** @param rsaBits bits of the modulus, where there is one */
export async function generateSoftwareKey(
  { keyType, curve = 'P-256' }: JwsAlgorithm,
  rsaBits: number,
): Promise<KeyObject> {
  switch (keyType) {
    case 'RSA':
      return (await generate('rsa', { modulusLength: rsaBits })).privateKey;
    case 'EC':
      return (await generate('ec', { namedCurve: curve })).privateKey;
    case 'OKP':
      return (await generate('ed25519')).privateKey;
  }
}
