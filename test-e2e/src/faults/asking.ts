// Asks a token endpoint as much as it is told, in a thread of its own (asking-thread.ts), so that whoever measures what others notice is
// not held up by the asking.
import { Worker } from 'node:worker_threads';

/** A request to the token endpoint. */
export interface TokenRequest {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization: string;
}

export interface Asking {
  readonly origins: readonly string[];
  /** Asked one after the other, again and again. */
  readonly requests: readonly TokenRequest[];
  /** How many ask at once, and what each waits between two. */
  readonly lanes: number;
  readonly pauseMillis: number;
  /** So many more all at once, each second. */
  readonly burst: number;
  /** Whether who is told to come back does so then, and not at once. */
  readonly patient: boolean;
  /** Whether the asking itself gets of this machine what others leave: who floods us brings machines of their own. */
  readonly yields?: boolean;
}

/** How often which status was the answer; `none` for no answer, and 503 with a word more where it does not say when to come back. */
export type Statuses = ReadonlyMap<string, number>;

export interface Answers {
  readonly statuses: Statuses;
  /** How long each answer took, milliseconds. */
  readonly tookMillis: readonly number[];
}

/** Begins at once. @returns ends it, and tells what the answers were */
export function startAsking(asking: Asking): () => Promise<Answers> {
  const worker = new Worker(new URL('./asking-thread.js', import.meta.url), { workerData: asking, execArgv: [] });
  const told = new Promise<Answers>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  told.catch(() => undefined);
  return async () => {
    worker.postMessage('stop');
    return told.finally(() => worker.terminate());
  };
}

/** As the table shows it. */
export function sayStatuses(statuses: Statuses): string {
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const each = [...statuses].sort(([one], [next]) => one.localeCompare(next));
  return `${String(total)} requests: ${each.map(([status, count]) => `${String(count)}× ${status}`).join(', ')}`;
}
