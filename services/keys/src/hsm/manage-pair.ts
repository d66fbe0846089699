// Makes key pairs in the token, takes over those that other software made there, and removes them.
import { jwsAlgorithm } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import type { Pair } from './find-key.js';
import { checkRights, findObjects, findPair, rightsToRefuse, unfit } from './find-key.js';
import { mechanismsOf, pairTemplates } from './mechanisms.js';
import type { Job } from './messages.js';
import { publicAttributes, publicHalf } from './public-half.js';
import { TokenError } from './return-codes.js';
import type { Token, TokenSession } from './token.js';

type PairJob = Job & { readonly kind: 'generate' | 'adopt' | 'destroy' };
/** Any of them. */
type NamedJob = Pick<PairJob, 'kid' | 'label' | 'algorithm'>;

/** @returns the public half of a pair that was made or taken over */
export function managePair(token: Token, job: PairJob): JsonWebKey | undefined {
  // A session of its own: those that sign are read-only.
  const session = token.openSession({ write: true });
  try {
    switch (job.kind) {
      case 'generate':
        return generate(session, job);
      case 'adopt':
        return adopt(session, job);
      case 'destroy':
        for (const object of findObjects(session, job)) session.destroy(object);
        return undefined;
    }
  } finally {
    session.close();
  }
}

function generate(
  session: TokenSession,
  { kid, label, algorithm, rsaBits }: PairJob & { readonly kind: 'generate' },
): JsonWebKey {
  const row = rowOf(algorithm);
  const templates = pairTemplates({ label, kid }, row.curve, rsaBits);
  const { publicKey } = session.generatePair({ name: mechanismsOf(row).generate }, templates);
  return publicHalf(row, session.attributes(publicKey, publicAttributes(row)));
}

/** Hydra lets its keys decrypt as well; the right is taken from them, or they are refused. */
function adopt(session: TokenSession, { kid, label, algorithm }: NamedJob): JsonWebKey {
  const row = rowOf(algorithm);
  const { privateKey, publicKey } = findNamed(session, { kid, label });
  for (const right of rightsToRefuse) {
    if (session.attributes(privateKey, [right])[0]?.[0] !== 1) continue;
    try {
      session.change(privateKey, { [right]: false });
    } catch (error) {
      throw unfit(kid, `may do more than sign, and the token does not let go of ${right}: ${(error as Error).message}`);
    }
  }
  checkRights(session, kid, privateKey);
  return publicHalf(row, session.attributes(publicKey, publicAttributes(row)));
}

/** A token without any key is no token that went away, for somebody who only hopes to find one. */
function findNamed(session: TokenSession, name: { kid: string; label: string }): Pair {
  try {
    return findPair(session, name);
  } catch (error) {
    throw (error as TokenError).code === 'empty_token' ? unfit(name.kid, 'is not in the token') : error;
  }
}

function rowOf(algorithm: string) {
  const row = jwsAlgorithm(algorithm);
  if (row === undefined) throw new TokenError('unknown_algorithm', `there is no algorithm ${algorithm}`, 'refused');
  return row;
}
