// The work of one session: sign, and look after key pairs. A session that failed is destroyed and replaced.
import { createHash } from 'node:crypto';
import { describeKey } from './describe-token.js';
import type { FoundKey } from './find-key.js';
import { findKey } from './find-key.js';
import { managePair } from './manage-pair.js';
import type { Job, JobResult, JobValue, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';
import type { Token, TokenSession } from './token.js';

export interface SessionJobs {
  know(keys: readonly TokenKey[]): void;
  /** @throws {TokenError} with remedy `token`, `pin` or `full` when nothing more can be done here */
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
    if (session === undefined) return;
    session.close();
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

  const perform = (job: Job): JobValue => {
    if (job.kind === 'generate' || job.kind === 'adopt' || job.kind === 'destroy') {
      // The handle of a pair that is changed or gone is worth nothing.
      found.delete(job.kid);
      return managePair(token, job);
    }
    const key = resolve(job.kid);
    if (job.kind === 'examine') return undefined;
    if (job.kind === 'describe') return { token: token.describe(), attributes: describeKey(open(), key.handle) };
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
      if (failure.fromLibrary) destroy();
      if (remedy === 'token' || remedy === 'pin') throw failure;
      return { failure: { code, message, remedy } };
    }
  };

  return {
    know: (keys) => keys.forEach((key) => known.set(key.kid, key)),
    run(job) {
      if (job.deadline <= Date.now()) return { late: true };
      const first = attempt(job);
      if (!('failure' in first)) return first;
      const { remedy } = first.failure;
      // Once more, on a session of its own. A key pair that may have been made is not made twice; where the token had no session
      // to give, nothing was done, and ours has just been given back.
      const again = remedy === 'full' || (remedy === 'session' && job.kind !== 'generate');
      const last = again ? attempt(job) : first;
      if ('failure' in last && last.failure.remedy === 'full' && session === undefined) {
        throw new TokenError(last.failure.code, last.failure.message, 'full');
      }
      return last;
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
