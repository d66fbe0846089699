// Makes a software key for a JWS algorithm; the work happens off the event loop.
import type { JwsAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { generateKeyPair, generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** @param rsaBits bits of the modulus, where there is one */
export async function generateSoftwareKey(
  { name, keyType, curve = 'P-256' }: JwsAlgorithm,
  rsaBits: number,
): Promise<KeyObject> {
  switch (keyType) {
    case 'RSA':
      return (await generate('rsa', { modulusLength: rsaBits })).privateKey;
    case 'EC':
      return (await generate('ec', { namedCurve: curve })).privateKey;
    case 'OKP':
      return (await generate('ed25519')).privateKey;
    case 'AKP':
      return (await generate(newType(name))).privateKey;
  }
}

/** Whether this Node's OpenSSL has ML-DSA: Node.js 24.7 and newer. */
export function hasMlDsa(): boolean {
  try {
    generateKeyPairSync(newType('ML-DSA-44'));
    return true;
  } catch {
    return false;
  }
}

/** Node's name of a key type; the type definitions are of the oldest Node we run on. */
const newType = (algorithm: string) => algorithm.toLowerCase() as 'ed25519';
