// One session thread as the service sees it: hand it a batch, get its results, or learn that it died or hangs.
import { Worker } from 'node:worker_threads';
import type { FromThread, Job, ThreadSettings, ToThread, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';

export type Batch = FromThread & { kind: 'batch' };

export interface SessionThread {
  /** @throws {TokenError} when the token does not open */
  readonly opened: Promise<void>;
  readonly idle: () => boolean;
  /**
   * One batch at a time.
   *
   * @throws {TokenError} when the thread died or hangs; it is of no use afterwards
   */
  run(work: readonly { readonly job: Job; readonly key: TokenKey | undefined }[]): Promise<Batch>;
  /** Lets the batch in hand finish, within bounds. */
  stop(): Promise<void>;
}

const hangMillis = 10_000;
/** Some tokens look for primes for half a minute. */
const generateHangMillis = 60_000;
const stopMillis = 2_000;

export function startSessionThread(settings: ThreadSettings): SessionThread {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: settings, execArgv: [] });
  const told = new Set<string>();
  const tell = (message: ToThread) => worker.postMessage(message);
  let pending: { resolve: (batch: Batch) => void; reject: (error: Error) => void } | undefined;
  let markOpen: () => void = () => undefined;
  let markFailed: (error: Error) => void = () => undefined;

  const opened = new Promise<void>((resolve, reject) => {
    markOpen = resolve;
    markFailed = reject;
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const die = (error: Error) => {
    markFailed(error);
    pending?.reject(error);
    pending = undefined;
  };
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'open') markOpen();
    else if (message.kind === 'failed') {
      const { code, message: text, remedy } = message.failure;
      die(new TokenError(code, text, remedy));
    } else {
      pending?.resolve(message);
      pending = undefined;
    }
  });
  worker.on('error', (error) => die(new TokenError('thread_failed', error.message)));
  void exited.then(() => die(new TokenError('thread_ended', 'the session thread ended')));

  return {
    opened,
    idle: () => pending === undefined,
    run(work) {
      const keys = work.flatMap(({ key }) => (key === undefined || told.has(key.kid) ? [] : [key]));
      for (const { kid } of keys) told.add(kid);
      const jobs = work.map(({ job }) => job);
      return new Promise<Batch>((resolve, reject) => {
        const patience = jobs.some(({ kind }) => kind === 'generate') ? generateHangMillis : hangMillis;
        const timer = setTimeout(() => {
          die(new TokenError('hung', `the token did not answer within ${String(patience)} ms`));
          // Not awaited: a thread inside the library ends when the library lets go of it, if ever.
          void worker.terminate();
        }, patience);
        pending = {
          resolve: (batch) => {
            clearTimeout(timer);
            resolve(batch);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        };
        tell({ kind: 'batch', keys, jobs });
      });
    },
    async stop() {
      tell({ kind: 'stop' });
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          void worker.terminate();
          resolve();
        }, stopMillis);
      });
      await Promise.race([exited, patience]);
      clearTimeout(timer);
    },
  };
}
