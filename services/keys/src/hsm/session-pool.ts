// The session threads together: batches to the idle ones, a new thread for a dead one, and the way back when the token was
// away (security F15-F17). Nothing here ever makes a key.
import type { Log } from '@cardea/service';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HsmSettings } from '../settings.js';
import { cannotSign } from '../unavailable.js';
import type { JobValue, WaitingJob } from './job-queue.js';
import { createJobQueue, settle } from './job-queue.js';
import type { Job, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';
import type { SessionThread } from './session-thread.js';
import { startSessionThread } from './session-thread.js';

export interface SessionPool {
  /** @throws {TokenError} when the token failed, {OAuthError} when it is away, the queue full or the deadline over */
  run(job: Job, key?: TokenKey): Promise<JobValue>;
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
  const threads = new Set<SessionThread>();
  let state: State = { kind: 'away', reason: 'the token was not opened yet' };
  let dispatching = false;
  let filling: Promise<void> | undefined;
  let recovery: Promise<void> = Promise.resolve();
  const ending = new AbortController();
  const stateKind = () => state.kind;

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
    const old = [...threads];
    threads.clear();
    await Promise.all(old.map((thread) => thread.stop()));
  };

  const start = async (anew: boolean): Promise<void> => {
    const thread = startSessionThread({ hsm, anew });
    try {
      await thread.opened;
    } catch (error) {
      await thread.stop();
      throw error;
    }
    threads.add(thread);
  };

  // The first session alone, so that a wrong PIN is said once, not once a thread.
  const connect = async (anew: boolean): Promise<void> => {
    try {
      await start(anew);
      if (stateKind() === 'closed') return;
      state = { kind: 'open' };
      fill();
    } catch (error) {
      if (stateKind() !== 'closed') fail(error as TokenError);
    }
  };

  const openMissing = async (): Promise<void> => {
    try {
      while (stateKind() === 'open' && threads.size < hsm.sessions) await start(false);
    } catch (error) {
      log.warn({ reason: (error as Error).message, sessions: threads.size }, 'the token gives no further session');
      if (threads.size === 0) lose(error as TokenError);
      else setTimeout(fill, fillMillis).unref();
    }
  };
  const fill = (): void => {
    filling ??= openMissing().finally(() => {
      filling = undefined;
      dispatch();
    });
  };

  const runBatch = async (thread: SessionThread, batch: readonly WaitingJob[]): Promise<void> => {
    try {
      const { results, sessionsLost, lost } = await thread.run(batch);
      for (let count = 0; count < sessionsLost; count++) sessionLost();
      batch.forEach((waiting, index) => settle(waiting, results[index]));
      if (lost !== undefined) lose(new TokenError(lost.code, lost.message, lost.remedy));
    } catch (error) {
      threads.delete(thread);
      sessionLost();
      log.warn({ reason: (error as Error).message }, 'a session thread is replaced');
      for (const { reject } of batch) reject(error as TokenError);
      fill();
    }
    dispatch();
  };

  const dispatch = (): void => {
    if (state.kind !== 'open') return;
    for (const thread of threads) {
      if (queue.size() === 0) return;
      if (!thread.idle()) continue;
      const batch = queue.takeBatch(threads.size);
      if (batch.length > 0) void runBatch(thread, batch);
    }
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

  const problem = () => (state.kind === 'open' ? undefined : state.reason);

  await connect(false);
  if (stateKind() === 'away') recovery = recover();

  return {
    async run(job, key) {
      if (state.kind !== 'open') throw cannotSign(state.reason);
      const result = queue.add(job, key);
      dispatchSoon();
      return result;
    },
    problem,
    async close() {
      state = { kind: 'closed', reason: 'the signer is stopping' };
      queue.clear(state.reason);
      ending.abort();
      await recovery;
      await stopThreads();
    },
  };
}
