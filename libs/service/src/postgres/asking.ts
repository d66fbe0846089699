// Asks PostgreSQL one statement through its driver, and gives up on a server that says nothing.
import { silence } from './failures.js';

/** The driver's callback; a result of `pg`. */
export type Answered = (error: Error | null | undefined, result?: unknown) => void;

/**
 * `pg` does the same with `query_timeout`, and makes promises itself where it gets no callback, but by functions which it assigns to a
 * property. Those V8 makes in its old generation (`eslint.config.js`), where they hold a statement and its rows until the next major
 * collection: a token service that grants 8,700 tokens a second came to three of them a second by that, and to one in two
 * seconds without. Here they are arguments.
 *
 * @param send the driver's `query`, which is given a callback
 * @param patienceMillis after that the statement has failed by {@link silence}; whoever asked gives the connection up. 0 waits for ever
 * @param answered without it there is a promise
 */
export function askPatiently(
  send: (answered: Answered) => unknown,
  patienceMillis: number,
  answered: Answered | undefined,
): unknown {
  if (answered === undefined) {
    return new Promise((resolve, reject) => {
      askPatiently(send, patienceMillis, (error, result) => (error ? reject(error) : resolve(result)));
    }).catch((error: unknown) => {
      // As the driver does: the stack leads back to whoever asked, not to the socket.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    });
  }
  if (patienceMillis === 0) return send(answered);
  let over = false;
  const settle: Answered = (error, result) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    answered(error, result);
  };
  const timer = setTimeout(() => settle(new Error(silence)), patienceMillis);
  return send(settle);
}
