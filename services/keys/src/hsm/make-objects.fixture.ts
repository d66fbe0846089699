// Puts key pairs into the token that no signer must trust, each wrong in one way, and tells their public halves: a program for
// unfit-keys.test.ts (security §3.I I09).
import { jwsAlgorithm } from '@cardea/oauth';
import { loadConfig } from '@cardea/service';
import type { Handle } from 'pkcs11js';
import pkcs11js from 'pkcs11js';
import { backendSettings } from '../settings.js';
import type { Attributes } from './mechanisms.js';
import { newerMechanisms, pairTemplates } from './mechanisms.js';
import { publicAttributes, publicHalf } from './public-half.js';

/** What is wrong with a pair, by key id, and the algorithm it is for. */
const wrongs = {
  extractable: 'ES256',
  readable: 'ES384',
  'cannot-sign': 'ES512',
  'may-derive': 'RS384',
  'may-unwrap': 'PS384',
  'public-only': 'EdDSA',
  'private-only': 'RS256',
  twice: 'PS256',
  'mixed-rsa': 'RS512',
} as const;

/** The pair whose private half says nothing that could be compared, in a set of its own. */
const mixedCurve = { kid: 'mixed-ec', algorithm: 'ES256' } as const;

const labels = { wrongs: 'hydra.openid.id-token', mixedCurve: 'hydra.jwt.access-token' } as const;

const settings = backendSettings(loadConfig({ env: process.env }));
if (settings.kind !== 'hsm') throw new Error('HSM_ENABLED must be set');
const numbers = pkcs11js as unknown as Readonly<Record<string, number>>;
const number = (name: string) => numbers[name] ?? newerMechanisms[name] ?? 0;

const library = new pkcs11js.PKCS11();
library.load(settings.hsm.library);
library.C_Initialize();
const slot = library
  .C_GetSlotList(true)
  .find((candidate) => library.C_GetTokenInfo(candidate).label.trim() === settings.hsm.tokenLabel);
if (slot === undefined) throw new Error('there is no token');
const session = library.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
library.C_Login(session, pkcs11js.CKU_USER, settings.hsm.pin);

interface Made {
  readonly publicKey: Handle;
  readonly privateKey: Handle;
}

function make(kid: string, algorithm: string, label: string, change: Attributes = {}): Made {
  const row = jwsAlgorithm(algorithm);
  if (row?.pkcs11 === undefined) throw new Error(algorithm);
  const { publicHalf: open, privateHalf } = pairTemplates({ label, kid }, row.curve, 2048);
  const template = (attributes: Attributes) =>
    Object.entries(attributes).map(([name, value]) => ({ type: number(name), value }));
  const mechanism = { mechanism: number(row.pkcs11.generate) };
  return library.C_GenerateKeyPair(session, mechanism, template(open), template({ ...privateHalf, ...change }));
}

function jwkOf({ publicKey }: Made, algorithm: string) {
  const row = jwsAlgorithm(algorithm);
  if (row === undefined) throw new Error(algorithm);
  const names = publicAttributes(row).map((name) => ({ type: number(name) }));
  const values = library.C_GetAttributeValue(session, publicKey, names).map(({ value }) => value);
  return publicHalf(row, values);
}

/** The private half of one pair with the public half of another. */
function mix(kid: string, algorithm: string, label: string): Made {
  const [one, other] = [make(kid, algorithm, label), make(kid, algorithm, label)];
  library.C_DestroyObject(session, one.publicKey);
  library.C_DestroyObject(session, other.privateKey);
  return { privateKey: one.privateKey, publicKey: other.publicKey };
}

const changes: Partial<Record<keyof typeof wrongs, Attributes>> = {
  extractable: { CKA_EXTRACTABLE: true },
  readable: { CKA_SENSITIVE: false },
  'cannot-sign': { CKA_SIGN: false },
  'may-derive': { CKA_DERIVE: true },
  'may-unwrap': { CKA_UNWRAP: true },
};

const jwks: Record<string, unknown> = {};
for (const [kid, algorithm] of Object.entries(wrongs)) {
  const made =
    kid === 'mixed-rsa'
      ? mix(kid, algorithm, labels.wrongs)
      : make(kid, algorithm, labels.wrongs, changes[kid as keyof typeof wrongs]);
  jwks[kid] = jwkOf(made, algorithm);
  if (kid === 'public-only') library.C_DestroyObject(session, made.privateKey);
  if (kid === 'private-only') library.C_DestroyObject(session, made.publicKey);
  if (kid === 'twice') make(kid, algorithm, labels.wrongs);
}
jwks[mixedCurve.kid] = jwkOf(mix(mixedCurve.kid, mixedCurve.algorithm, labels.mixedCurve), mixedCurve.algorithm);
process.stdout.write(JSON.stringify(jwks));
library.C_CloseSession(session);
