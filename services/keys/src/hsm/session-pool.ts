// The session threads together: batches to the idle ones, a new thread for a dead one, and the way back when the token was
// away (security F15-F17). Nothing here ever makes a key.
import type { Log } from '@cardea/service';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HsmSettings } from '../settings.js';
import { cannotSign } from '../unavailable.js';
import { runBatch } from './batch.js';
import { endByForce } from './end-by-force.js';
import { createJobQueue } from './job-queue.js';
import type { Job, JobValue, TokenKey } from './messages.js';
import type { TokenError } from './return-codes.js';
import type { SessionThread } from './session-thread.js';
import { createThreadRoster } from './thread-roster.js';

export interface SessionPool {
  /** @throws {TokenError} when the token failed, {OAuthError} when it is away, the queue full or the deadline over */
  run(job: Job, key?: TokenKey): Promise<JobValue>;
  /** Refuses the signatures that wait for a key which was ended meanwhile. */
  drop(kid: string): void;
  /** Why nothing can be signed now. */
  problem(): string | undefined;
  close(): Promise<void>;
}

/** `away` is tried again until it is back; `refused` only by a restart, for trying would lock the PIN. */
type State = { readonly kind: 'open' } | { readonly kind: 'away' | 'refused' | 'closed'; readonly reason: string };

const waitingPerSession = 256;
const retryMillis = 1_000;
/** How long until one more session is asked for after the token had none to give. */
const fillMillis = 10_000;
/** How often those are looked for that wait in vain, while all sessions are busy. */
const expireMillis = 250;

/** Tries once to open the token before it settles, whatever comes of it. */
export async function openSessionPool(options: {
  hsm: HsmSettings;
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
  sessionLost: () => void;
}): Promise<SessionPool> {
  const { hsm, log, now, sessionLost } = options;
  const queue = createJobQueue({ longest: hsm.sessions * waitingPerSession, now });
  const roster = createThreadRoster(hsm);
  let state: State = { kind: 'away', reason: 'the token was not opened yet' };
  let dispatching = false;
  let filling: Promise<void> | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let recovery: Promise<void> = Promise.resolve();
  const ending = new AbortController();
  const stateKind = () => state.kind;
  const problem = () => (state.kind === 'open' ? undefined : state.reason);

  const fail = (error: TokenError): void => {
    state = { kind: error.remedy === 'pin' || error.remedy === 'refused' ? 'refused' : 'away', reason: error.message };
    queue.clear(error.message);
  };

  const lose = (error: TokenError): void => {
    if (state.kind !== 'open') return;
    fail(error);
    log.error({ reason: error.message, state: state.kind }, 'the token is lost');
    recovery = recover();
  };

  const recover = async (): Promise<void> => {
    await stopThreads();
    while (stateKind() === 'away') {
      await sleep(retryMillis, undefined, { signal: ending.signal }).catch(() => undefined);
      if (stateKind() !== 'away') return;
      log.debug({}, 'the token is tried again');
      await connect(true);
      if (stateKind() === 'open') log.info({}, 'the token is back');
      else if (stateKind() === 'refused') log.error({ reason: problem() }, 'the token will not be tried again');
    }
  };

  // All sessions end before the library is started anew, one that is just being opened too.
  const stopThreads = async (): Promise<void> => {
    await filling;
    await roster.stop();
  };

  // The first session alone, so that a wrong PIN is said once, not once a thread.
  const connect = async (anew: boolean): Promise<void> => {
    try {
      await roster.open(anew);
      if (stateKind() === 'closed') return;
      state = { kind: 'open' };
      fill();
    } catch (error) {
      if (stateKind() !== 'closed') fail(error as TokenError);
    }
  };

  const openMissing = async (): Promise<void> => {
    try {
      await roster.openMissing(() => stateKind() === 'open');
    } catch (caught) {
      const error = caught as TokenError;
      const sessions = roster.working().length;
      log.warn({ reason: error.message, sessions }, 'the token gives no further session');
      // Tokens count wrong PINs: one that was right for the first session is not tried again for the others.
      if (sessions === 0 || error.remedy === 'pin') lose(error);
      else setTimeout(fill, fillMillis).unref();
    }
  };
  const fill = (): void => {
    filling ??= openMissing().finally(() => {
      filling = undefined;
      dispatch();
    });
  };

  const work = async (thread: SessionThread, share: number): Promise<void> => {
    const batch = queue.takeBatch(share);
    if (batch.length === 0) return;
    const { sessionsLost, died, lost } = await runBatch(thread, batch, {
      giveBack(jobs) {
        if (state.kind === 'open') return queue.giveBack(jobs);
        for (const { reject } of jobs) reject(cannotSign(state.reason));
        return [];
      },
      stuck() {
        log.warn({}, 'a session is stuck in a call; another takes its place');
        fill();
        // Until that one is open, if it opens, an idle one may do what was given back.
        dispatchSoon();
      },
    });
    for (let count = 0; count < sessionsLost; count++) sessionLost();
    if (died !== undefined && state.kind === 'open') {
      sessionLost();
      log.warn({ reason: died.message }, 'a session thread is replaced');
      roster.drop(thread);
      void thread.stop();
      fill();
    } else if (roster.trim(thread)) log.info({}, 'a session came free again and is not needed');
    if (lost !== undefined) lose(lost);
    dispatch();
  };

  const dispatch = (): void => {
    if (state.kind !== 'open' || queue.size() === 0) return;
    const threads = roster.working();
    for (const thread of threads) {
      if (queue.size() === 0) return;
      if (thread.idle()) void work(thread, threads.length);
    }
    expiry ??= setTimeout(() => {
      expiry = undefined;
      queue.expire();
      dispatch();
    }, expireMillis).unref();
  };

  // Once a turn of the event loop: what arrived together is handed over together.
  const dispatchSoon = (): void => {
    if (dispatching) return;
    dispatching = true;
    setImmediate(() => {
      dispatching = false;
      dispatch();
    });
  };

  await connect(false);
  if (stateKind() === 'away') recovery = recover();

  return {
    async run(job, key) {
      if (state.kind !== 'open') throw cannotSign(state.reason);
      const result = queue.add(job, key);
      dispatchSoon();
      return result;
    },
    drop: (kid) => queue.drop(kid),
    problem,
    async close() {
      state = { kind: 'closed', reason: 'the signer is stopping' };
      queue.clear(state.reason);
      ending.abort();
      await recovery;
      await stopThreads();
      if (roster.held() > 0) endByForce(log, roster.held());
    },
  };
}
