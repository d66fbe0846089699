// PKCS#11 numbers for the algorithm table's mechanism names, and the templates keys are made by: signing only, and never to
// leave the token (PKCS#11 3.0 §4.7-§4.9, §6.1, §6.3).
import type { JwsAlgorithm, Pkcs11SignatureParameters } from '@cardea/oauth';
import { TokenError } from './return-codes.js';

/** An attribute by name; token.ts knows the numbers. */
export type Attributes = Readonly<Record<string, boolean | number | Buffer | string>>;

// Numbers that pkcs11js has no constant for (PKCS#11 3.0).
export const newerMechanisms: Readonly<Record<string, number>> = {
  CKM_EC_EDWARDS_KEY_PAIR_GEN: 0x1055,
  CKM_EDDSA: 0x1057,
};

/** `CKA_EC_PARAMS` by curve: DER of the curve's OID, or of its name where Edwards curves have no agreed OID. */
const curveParameters: Readonly<Record<string, Buffer>> = {
  'P-256': Buffer.from('06082a8648ce3d030107', 'hex'),
  'P-384': Buffer.from('06052b81040022', 'hex'),
  'P-521': Buffer.from('06052b81040023', 'hex'),
  Ed25519: Buffer.from('130c656477617264733235353139', 'hex'),
};

/**
 * Templates of a key pair.
 *
 * @param rsaBits bits of the modulus where there is no curve
 */
export function pairTemplates(
  name: { label: string; kid: string },
  curve: string | undefined,
  rsaBits: number,
): { publicHalf: Attributes; privateHalf: Attributes } {
  const both = { CKA_TOKEN: true, CKA_LABEL: name.label, CKA_ID: Buffer.from(name.kid) };
  const shape: Attributes =
    curve === undefined
      ? { CKA_MODULUS_BITS: rsaBits, CKA_PUBLIC_EXPONENT: Buffer.from([1, 0, 1]) }
      : { CKA_EC_PARAMS: curveParameters[curve] ?? Buffer.alloc(0) };
  return {
    publicHalf: { ...both, ...shape, CKA_PRIVATE: false, CKA_VERIFY: true, CKA_ENCRYPT: false, CKA_WRAP: false },
    privateHalf: {
      ...both,
      ...{ CKA_PRIVATE: true, CKA_SENSITIVE: true, CKA_EXTRACTABLE: false, CKA_SIGN: true },
      ...{ CKA_DECRYPT: false, CKA_UNWRAP: false, CKA_DERIVE: false },
    },
  };
}

/** @throws {TokenError} for an algorithm no token is asked for */
export function mechanismsOf({ name, pkcs11 }: JwsAlgorithm): Pkcs11SignatureParameters {
  if (pkcs11 === undefined) throw new TokenError('no_mechanism', `PKCS#11 3.0 has no ${name}`, 'refused');
  return pkcs11;
}
