// The work of one session: find a key and make sure of it, sign, generate. A session that failed is destroyed and replaced.
import { jwsAlgorithm } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import { createHash } from 'node:crypto';
import { pairTemplates } from './mechanisms.js';
import type { Job, JobResult, TokenKey } from './messages.js';
import { publicAttributes, publicHalf } from './public-half.js';
import { TokenError } from './return-codes.js';
import type { Mechanism, Token, TokenSession } from './token.js';

/** A key that was found in the token and is what it must be. */
interface FoundKey {
  readonly handle: Buffer;
  readonly mechanism: Mechanism;
  /** Hash to apply before the token sees it; undefined where the token hashes. */
  readonly digest: string | undefined;
}

export interface SessionJobs {
  know(keys: readonly TokenKey[]): void;
  /** @throws {TokenError} with remedy `token` or `pin` when nothing more can be done here */
  run(job: Job): JobResult;
  /** How many sessions were destroyed since it was last asked. */
  takeSessionsLost(): number;
  close(): void;
}

export function createSessionJobs(token: Token): SessionJobs {
  const known = new Map<string, TokenKey>();
  // Handles live and die with their session.
  let found = new Map<string, FoundKey>();
  let session: TokenSession | undefined = token.openSession();
  let sessionsLost = 0;

  const open = () => (session ??= token.openSession());
  const destroy = () => {
    session?.close();
    session = undefined;
    found = new Map();
    sessionsLost++;
  };

  const resolve = (kid: string): FoundKey => {
    const before = found.get(kid);
    if (before !== undefined) return before;
    const key = known.get(kid);
    if (key === undefined) throw new TokenError('unknown_key', `key ${kid} was never named to this thread`, 'refused');
    const fresh = findKey(open(), key);
    found.set(kid, fresh);
    return fresh;
  };

  const perform = (job: Job): Uint8Array | JsonWebKey | undefined => {
    if (job.kind === 'generate') return generate(token, job);
    const key = resolve(job.kid);
    if (job.kind === 'examine') return undefined;
    const data =
      key.digest === undefined ? Buffer.from(job.input, 'latin1') : createHash(key.digest).update(job.input).digest();
    return open().sign(key.handle, key.mechanism, data);
  };

  const attempt = (job: Job): JobResult => {
    try {
      return { value: perform(job) };
    } catch (error) {
      const failure = asTokenError(error);
      const { code, message, remedy } = failure;
      // Our own verdict on a key says nothing against the session it was reached on.
      if (code.startsWith('CKR_')) destroy();
      if (remedy === 'token' || remedy === 'pin') throw failure;
      return { failure: { code, message, remedy } };
    }
  };

  return {
    know: (keys) => keys.forEach((key) => known.set(key.kid, key)),
    run(job) {
      if (job.deadline <= Date.now()) return { late: true };
      const first = attempt(job);
      // Once more, on a session of its own. A key pair that may have been made is not made twice.
      const again = 'failure' in first && first.failure.remedy === 'session' && job.kind !== 'generate';
      return again ? attempt(job) : first;
    },
    takeSessionsLost() {
      const lost = sessionsLost;
      sessionsLost = 0;
      return lost;
    },
    close: () => session?.close(),
  };
}

export function asTokenError(error: unknown): TokenError {
  return error instanceof TokenError ? error : new TokenError('failed', (error as Error).message);
}

/** Finds a private key, and refuses one that could be taken out, may not sign, or is not the one of the registry. */
function findKey(session: TokenSession, key: TokenKey): FoundKey {
  const algorithm = jwsAlgorithm(key.algorithm);
  const reject = (reason: string) => new TokenError('unfit_key', `key ${key.kid} ${reason}`, 'refused');
  if (algorithm === undefined) throw reject('is for an algorithm this release does not know');
  const name = { CKA_LABEL: key.label, CKA_ID: Buffer.from(key.kid) };
  const privateHalves = session.find({ CKA_CLASS: classes.privateKey, ...name }, 2);
  const publicHalves = session.find({ CKA_CLASS: classes.publicKey, ...name }, 2);
  const [privateKey] = privateHalves;
  const [publicKey] = publicHalves;
  if (privateKey === undefined) {
    // An empty token is a token that went away: sessions on it still open, and nothing is found.
    if (session.find({ CKA_CLASS: classes.privateKey }, 1).length === 0) {
      throw new TokenError('empty_token', 'the token shows no private key at all', 'token');
    }
    throw reject('is not in the token');
  }
  if (publicKey === undefined) throw reject('has no public half in the token');
  if (privateHalves.length > 1 || publicHalves.length > 1) throw reject('is in the token more than once');

  const [sign, extractable, sensitive] = session.attributes(privateKey, [
    'CKA_SIGN',
    'CKA_EXTRACTABLE',
    'CKA_SENSITIVE',
  ]);
  if (sign?.[0] !== 1) throw reject('may not sign (CKA_SIGN)');
  if (extractable?.[0] !== 0) throw reject('can be taken out of the token (CKA_EXTRACTABLE)');
  if (sensitive?.[0] !== 1) throw reject('can be read in the token (CKA_SENSITIVE)');
  for (const use of ['CKA_DECRYPT', 'CKA_UNWRAP'] as const) {
    if (session.attributes(privateKey, [use])[0]?.[0] === 1) throw reject(`may do more than sign (${use})`);
  }
  const jwk = publicHalf(algorithm, session.attributes(publicKey, publicAttributes(algorithm)));
  if (!sameKey(jwk, key.jwk)) throw reject('has another public half in the token than in the registry');
  if (algorithm.keyType === 'RSA') {
    const [modulus] = session.attributes(privateKey, ['CKA_MODULUS']);
    if (publicHalf(algorithm, [modulus ?? Buffer.alloc(0)]).n !== jwk.n) throw reject('has halves that do not match');
  }

  const { sign: how, prehashed, pss } = algorithm.pkcs11;
  return {
    handle: privateKey,
    mechanism: { name: how, pss },
    digest: prehashed ? algorithm.hash : undefined,
  };
}

/** `CKO_*` as PKCS#11 numbers them. */
const classes = { publicKey: 2, privateKey: 3 };

function sameKey(a: JsonWebKey, b: JsonWebKey): boolean {
  return (['kty', 'crv', 'n', 'e', 'x', 'y'] as const).every((member) => a[member] === b[member]);
}

function generate(token: Token, { kid, label, algorithm }: Job & { kind: 'generate' }): JsonWebKey {
  const row = jwsAlgorithm(algorithm);
  if (row === undefined) throw new TokenError('unknown_algorithm', `there is no algorithm ${algorithm}`, 'refused');
  const session = token.openSession({ write: true });
  try {
    const { publicKey } = session.generatePair({ name: row.pkcs11.generate }, pairTemplates({ label, kid }, row.curve));
    return publicHalf(row, session.attributes(publicKey, publicAttributes(row)));
  } finally {
    session.close();
  }
}
