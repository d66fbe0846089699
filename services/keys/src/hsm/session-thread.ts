// One session thread as the service sees it: hand it a batch, get its results, or learn that it is stuck, died or hangs.
import { Worker } from 'node:worker_threads';
import { createBell, ring } from './bell.js';
import type { FromThread, Job, ThreadSettings, ToThread, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';
import { createClaims, takeAway, watchStall } from './stall-watch.js';

export type Batch = FromThread & { kind: 'batch' };

export interface SessionThread {
  /** @throws {TokenError} when the token does not open, or does not answer */
  readonly opened: Promise<void>;
  readonly idle: () => boolean;
  /** Whether one call of the library takes so long that nobody should count on this session. */
  readonly stuck: () => boolean;
  /** Settles when the thread has ended: never, when the library does not let go of it. */
  readonly ended: Promise<void>;
  /**
   * One batch at a time.
   *
   * @param onStuck told when the thread is stuck: it begins nothing more of the batch, and gives the results of what it began if
   *   it ever comes free
   * @throws {TokenError} when the thread died or hangs; it is of no use afterwards
   */
  run(work: readonly { readonly job: Job; readonly key: TokenKey | undefined }[], onStuck: () => void): Promise<Batch>;
  /** Lets the batch in hand finish, within bounds. */
  stop(): Promise<void>;
}

/** Callers give up after five seconds; what another session does after two may still reach them. */
const slowMillis = 2_000;
const hungMillis = 10_000;
/** Some tokens look for primes for half a minute. */
const generateHungMillis = 60_000;
const stopMillis = 2_000;

export function startSessionThread(settings: Omit<ThreadSettings, 'claims' | 'bell'>): SessionThread {
  const claims = createClaims();
  const bell = createBell();
  const workerData: ThreadSettings = { ...settings, claims, bell };
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData, execArgv: [] });
  const told = new Set<string>();
  const tell = (message: ToThread) => {
    worker.postMessage(message);
    ring(bell);
  };
  let pending: { resolve: (batch: Batch) => void; reject: (error: Error) => void } | undefined;
  let stuck = false;
  let markOpen: () => void = () => undefined;
  let markFailed: (error: Error) => void = () => undefined;

  const opened = new Promise<void>((resolve, reject) => {
    markOpen = resolve;
    markFailed = reject;
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const die = (error: Error) => {
    stopWatching();
    markFailed(error);
    pending?.reject(error);
    pending = undefined;
  };
  // A thread inside the library cannot be stopped, only told: once the library lets go of it, it closes its session and ends.
  const leave = () => {
    tell({ kind: 'stop' });
    worker.unref();
  };
  const hang = (patience: number) => {
    die(new TokenError('hung', `the token did not answer within ${String(patience)} ms`));
    leave();
  };
  let stopWatching = watchStall(
    claims,
    { slowMillis, hungMillis },
    { slow: () => (stuck = true), hung: () => hang(hungMillis) },
  );
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'failed') {
      const { code, message: text, remedy } = message.failure;
      return die(new TokenError(code, text, remedy));
    }
    stopWatching();
    stuck = false;
    if (message.kind === 'open') return markOpen();
    pending?.resolve(message);
    pending = undefined;
  });
  worker.on('error', (error) => die(new TokenError('thread_failed', error.message)));
  void ended.then(() => die(new TokenError('thread_ended', 'the session thread ended')));

  return {
    opened,
    ended,
    idle: () => pending === undefined,
    stuck: () => stuck,
    run(work, onStuck) {
      const keys = work.flatMap(({ key }) => (key === undefined || told.has(key.kid) ? [] : [key]));
      for (const { kid } of keys) told.add(kid);
      const jobs = work.map(({ job }) => job);
      const patience = jobs.some(({ kind }) => kind === 'generate') ? generateHungMillis : hungMillis;
      const slow = () => {
        stuck = true;
        takeAway(claims);
        onStuck();
      };
      stopWatching = watchStall(claims, { slowMillis, hungMillis: patience }, { slow, hung: () => hang(patience) });
      return new Promise<Batch>((resolve, reject) => {
        pending = { resolve, reject };
        tell({ kind: 'batch', keys, jobs });
      });
    },
    async stop() {
      leave();
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, stopMillis)));
      await Promise.race([ended, patience]);
      clearTimeout(timer);
      // Nobody looks after what it still holds.
      die(new TokenError('thread_ended', 'the session thread was stopped'));
    },
  };
}
