// A session thread: opens the token, then works through batches. The event loop of the service never waits for the HSM.
import { parentPort, workerData } from 'node:worker_threads';
import { nextMessage } from './bell.js';
import type { Failure, FromThread, JobResult, ThreadSettings, ToThread } from './messages.js';
import type { SessionJobs } from './session-jobs.js';
import { asTokenError, createSessionJobs } from './session-jobs.js';
import { claim } from './stall-watch.js';
import { openToken } from './token.js';

if (parentPort === null) throw new Error('this is a worker thread, not a program');
const port = parentPort;
const { hsm, anew, claims, bell } = workerData as ThreadSettings;
const tell = (message: FromThread) => port.postMessage(message);

const failureOf = (error: unknown): Failure => {
  const { code, message, remedy } = asTokenError(error);
  return { code, message, remedy };
};

function runBatch(session: SessionJobs, message: ToThread & { kind: 'batch' }): void {
  session.know(message.keys);
  const results: JobResult[] = [];
  let lost: Failure | undefined;
  for (const [index, job] of message.jobs.entries()) {
    if (!claim(claims, index)) break;
    if (lost === undefined) {
      try {
        results.push(session.run(job));
        continue;
      } catch (error) {
        lost = failureOf(error);
      }
    }
    results.push({ failure: lost });
  }
  tell({ kind: 'batch', results, sessionsLost: session.takeSessionsLost(), lost });
}

try {
  const session = createSessionJobs(await openToken(hsm, anew));
  tell({ kind: 'open' });
  for (;;) {
    const message = nextMessage(port, bell) as ToThread;
    if (message.kind === 'stop') break;
    runBatch(session, message);
  }
  session.close();
  port.close();
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) });
}
