// Finds a private key in the token, and refuses one that is not what it must be (security §3.I I09).
import { jwsAlgorithm } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import { mechanismsOf } from './mechanisms.js';
import type { TokenKey } from './messages.js';
import { publicAttributes, publicHalf } from './public-half.js';
import { TokenError } from './return-codes.js';
import type { Mechanism, TokenSession } from './token.js';

/** A key that was found in the token and is what it must be. */
export interface FoundKey {
  readonly handle: Buffer;
  readonly mechanism: Mechanism;
  /** Hash to apply before the token sees it; undefined where the token hashes. */
  readonly digest: string | undefined;
}

/** The halves of a pair by label and id. */
export interface Pair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

/** `CKO_*` as PKCS#11 numbers them. */
const classes = { publicKey: 2, privateKey: 3 };

/** What a key must not be allowed beside signing. */
export const rightsToRefuse = ['CKA_DECRYPT', 'CKA_UNWRAP', 'CKA_DERIVE'] as const;

export const unfit = (kid: string, reason: string) => new TokenError('unfit_key', `key ${kid} ${reason}`, 'refused');

/** All objects of that name, for removal. */
export function findObjects(session: TokenSession, { kid, label }: { kid: string; label: string }): Buffer[] {
  const name = { CKA_LABEL: label, CKA_ID: Buffer.from(kid) };
  return Object.values(classes).flatMap((kind) => session.find({ CKA_CLASS: kind, ...name }, 8));
}

/** @throws {TokenError} unless there is exactly one of each half */
export function findPair(session: TokenSession, { kid, label }: { kid: string; label: string }): Pair {
  const name = { CKA_LABEL: label, CKA_ID: Buffer.from(kid) };
  const privateHalves = session.find({ CKA_CLASS: classes.privateKey, ...name }, 2);
  const publicHalves = session.find({ CKA_CLASS: classes.publicKey, ...name }, 2);
  const [privateKey] = privateHalves;
  const [publicKey] = publicHalves;
  if (privateKey === undefined) {
    // An empty token is a token that went away: sessions on it still open, and nothing is found.
    if (session.find({ CKA_CLASS: classes.privateKey }, 1).length === 0) {
      throw new TokenError('empty_token', 'the token shows no private key at all', 'token');
    }
    throw unfit(kid, 'is not in the token');
  }
  if (publicKey === undefined) throw unfit(kid, 'has no public half in the token');
  if (privateHalves.length > 1 || publicHalves.length > 1) throw unfit(kid, 'is in the token more than once');
  return { privateKey, publicKey };
}

/**
 * @returns the key, when it cannot be taken out, may sign and nothing else, and is the one of the registry
 * @throws {TokenError} with the reason
 */
export function findKey(session: TokenSession, key: TokenKey): FoundKey {
  const algorithm = jwsAlgorithm(key.algorithm);
  if (algorithm === undefined) throw unfit(key.kid, 'is for an algorithm this release does not know');
  const { privateKey, publicKey } = findPair(session, key);
  checkRights(session, key.kid, privateKey);
  const jwk = publicHalf(algorithm, session.attributes(publicKey, publicAttributes(algorithm)));
  if (!sameKey(jwk, key.jwk)) throw unfit(key.kid, 'has another public half in the token than in the registry');
  if (algorithm.keyType === 'RSA') {
    const [modulus] = session.attributes(privateKey, ['CKA_MODULUS']);
    if (publicHalf(algorithm, [modulus ?? Buffer.alloc(0)]).n !== jwk.n)
      throw unfit(key.kid, 'has halves that do not match');
  }
  const { sign: how, prehashed, pss } = mechanismsOf(algorithm);
  return {
    handle: privateKey,
    mechanism: { name: how, pss },
    digest: prehashed ? algorithm.hash : undefined,
  };
}

/** @throws {TokenError} unless the private half stays in the token and signs, and nothing else */
export function checkRights(session: TokenSession, kid: string, privateKey: Buffer): void {
  const [sign, extractable, sensitive] = session.attributes(privateKey, [
    'CKA_SIGN',
    'CKA_EXTRACTABLE',
    'CKA_SENSITIVE',
  ]);
  if (sign?.[0] !== 1) throw unfit(kid, 'may not sign (CKA_SIGN)');
  if (extractable?.[0] !== 0) throw unfit(kid, 'can be taken out of the token (CKA_EXTRACTABLE)');
  if (sensitive?.[0] !== 1) throw unfit(kid, 'can be read in the token (CKA_SENSITIVE)');
  for (const use of rightsToRefuse) {
    if (session.attributes(privateKey, [use])[0]?.[0] === 1) throw unfit(kid, `may do more than sign (${use})`);
  }
}

function sameKey(a: JsonWebKey, b: JsonWebKey): boolean {
  return (['kty', 'crv', 'n', 'e', 'x', 'y'] as const).every((member) => a[member] === b[member]);
}
