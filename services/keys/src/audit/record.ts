// The record of signatures as the service uses it: nothing leaves the signer before it stands there, and what stands there
// already is given again (docs/decisions/0021-signature-audit.md).
import type { Config, Host } from '@cardea/service';
import { ConfigError, fromZero, traced } from '@cardea/service';
import type pg from 'pg';
import type { FirstSignature, SignatureRecord } from '../signer.js';
import { createVeil } from './answers.js';
import { purposes } from './attempts.js';
import type { ChainHead } from './chain.js';
import { openAuditLog } from './audit-log.js';
import type { Attempt } from './entry.js';
import { attemptEntry, auditEntry } from './entry.js';
import { keepRetention } from './retention.js';
import { readHead } from './rows.js';
import { cannotSign } from '../unavailable.js';

export interface SignatureBook {
  /** Whether it gives again what was signed first; without a record or a secret it cannot. */
  readonly answersAgain: boolean;
  /**
   * Settles when the row is durable.
   *
   * @returns the first signature under the request id, when this is not it
   * @throws {OAuthError} temporarily_unavailable
   */
  record(signature: SignatureRecord): Promise<FirstSignature | undefined>;
  /**
   * Where the record stands; undefined where there is none.
   *
   * @throws {OAuthError} temporarily_unavailable
   */
  head(): Promise<ChainHead | undefined>;
  /** What stands in the record for a subject, by each secret that we know; none without a secret. */
  subjectHashes(subject: string): readonly Buffer[];
  /** Writes down what was refused or failed; nobody waits for that. */
  note(attempt: Attempt): void;
}

const shortestSecret = 32;
const noBook: SignatureBook = {
  answersAgain: false,
  record: () => Promise.resolve(undefined),
  note: () => undefined,
  head: () => Promise.resolve(undefined),
  subjectHashes: () => [],
};

/**
 * Opens the record, or none where `keys.audit.enabled` is off.
 *
 * @param options.keks `keys.kek`: what subjects and answers are hidden with unless `keys.audit.secret` says otherwise
 */
export function openSignatureBook(options: {
  dsn: string;
  pool: pg.Pool;
  keks: readonly Buffer[];
  config: Config;
  host: Host;
}): SignatureBook {
  const { dsn, pool, keks, config, host } = options;
  const { log, now, random, metrics, tracing, checks, onStop } = host;
  const { enabled, retention, secret } = config.keys.audit;
  if (!enabled) return noBook;

  const secrets = secret.length > 0 ? secret.map(secretOf) : keks;
  const veil = createVeil(secrets, random);
  // The first hides; what was hidden by those behind it is still asked for.
  const veils = secrets.map((one) => createVeil([one], random));
  if (secret.length + keks.length === 0) {
    log.warn(
      {},
      'without keys.audit.secret the record names no subjects, and only the replica that signed answers again',
    );
  }
  const audit = openAuditLog(dsn, log, veil.seal, config.database.pooler);
  onStop(() => audit.close());
  checks.add('audit', () => audit.reachable());
  const cleaning = keepRetention({ pool, retention: retention === 0 ? undefined : retention, log });
  onStop(() => cleaning.stop());
  const attempts = fromZero(
    metrics.counter('cardea_keys_attempts_total', 'Signatures that were asked for and not made.', [
      'purpose',
      'outcome',
    ]),
    ...purposes.flatMap((purpose) => [
      { purpose, outcome: 'failed' },
      { purpose, outcome: 'refused' },
    ]),
  );

  return {
    answersAgain: secrets.length > 0,
    async record(signature) {
      // Written with others' in one commit, which no trace alone could claim.
      const first = await traced(tracing, 'postgresql', 'audit_append', () =>
        audit.append(auditEntry(signature, now(), veil), signature.signature, signature.underWay),
      );
      if (first === undefined) return undefined;
      const { kid, inputHash, sealed } = first;
      return { kid, inputHash, signatures: sealed === undefined ? [] : veil.open(sealed) };
    },
    subjectHashes: (subject) => veils.map((one) => Buffer.from(one.subjectHash(subject), 'hex')),
    head: () =>
      readHead(pool).catch((error: unknown) => {
        throw cannotSign('the record of signatures cannot be read', error);
      }),
    note(attempt) {
      attempts.inc({ purpose: attempt.purpose, outcome: attempt.outcome });
      audit.note(attemptEntry(attempt, now(), veil));
    },
  };
}

function secretOf(text: string): Buffer {
  const secret = Buffer.from(text);
  if (secret.length < shortestSecret) throw new ConfigError('keys.audit.secret must have 32 characters or more');
  return secret;
}
