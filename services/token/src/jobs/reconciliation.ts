// The worker's job that compares signatures with tokens: every finding is an event, a line in the log and a count (security §2.3
// rule 7).
import type { Log, Metrics, Tracing } from '@cardea/service';
import { fromZero } from '@cardea/service';
import type { Events } from '../events.js';
import type { Database } from '../storage/database.js';
import { queueNames } from './queues.js';
import type { Finding, ListSignatures } from './reconcile-signatures.js';
import { reconcileSignatures } from './reconcile-signatures.js';
import type { ScheduledJob } from './scheduled.js';
import { scheduleJob } from './scheduled.js';

/** Of more findings at once only the number is said; all of them stand in cardea.signature_finding. */
const mostNamed = 100;

export function createReconciliation(options: {
  redisUrl: string;
  database: Database;
  list: ListSignatures;
  events: Events;
  log: Log;
  metrics: Metrics;
  tracing?: Tracing;
}): ScheduledJob {
  const { redisUrl, database, list, events, log, metrics, tracing } = options;
  const runs = fromZero(
    metrics.counter('cardea_reconciliation_total', 'Rounds of comparing signatures with tokens.', ['result']),
    { result: 'done' },
    { result: 'failed' },
  );
  const compared = metrics.counter('cardea_reconciled_signatures_total', 'Signatures compared with tokens.', []);
  const found = metrics.counter('cardea_signature_findings_total', 'Signatures and tokens without each other.', [
    'kind',
  ]);

  /** @returns whether there is more to compare at once */
  const part = async (): Promise<boolean> => {
    let count = 0;
    const tell = (findings: readonly Finding[]): void => {
      for (const { kind, id, facts } of findings) {
        found.inc({ kind });
        if (count++ < mostNamed) events.record(kind, { id, ...facts });
      }
    };
    try {
      const { signatures, complete, settledLate, ceased } = await reconcileSignatures(database, list, tell);
      runs.inc({ result: complete ? 'done' : 'unfinished' });
      compared.inc(signatures);
      for (const id of settledLate) log.info({ id }, 'a signature that was found before has its token by now');
      if (ceased === true)
        log.error({}, 'the keys service keeps no record of signatures any more: nothing is compared');
      log.info({ signatures, complete, findings: count }, 'compared signatures with tokens');
      return !complete && signatures > 0;
    } catch (error) {
      runs.inc({ result: 'failed' });
      log.warn({ err: (error as Error).message }, 'signatures could not be compared; the next round goes on');
      throw error;
    } finally {
      if (count > mostNamed) {
        log.error({ findings: count, named: mostNamed }, 'there are more findings than are named here');
      }
    }
  };
  /** Until nothing is left: a record that grows faster than one part in five minutes would never be compared to its end. */
  const round = async (): Promise<void> => {
    let more = true;
    while (more) more = await part();
  };
  return scheduleJob({ redisUrl, queue: queueNames.reconciliation, job: 'reconcile', round, log, tracing });
}
