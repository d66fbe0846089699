// Compares the record of signatures with what the token service had signed, both ways, page by page from where it stopped: a
// signature nobody asked for, and a token without one (security §2.3 rule 7).
import type { signatureRecordV1 } from '@cardea/rpc';
import type { Connection, Database } from '../storage/database.js';
import { transaction } from '../storage/database.js';

/** What did not match. */
export interface Finding {
  readonly kind: 'signature_without_token' | 'token_without_signature' | 'signature_record_rewritten';
  /** `jti`, the request id for what has none, or the place in the record. */
  readonly id: string;
  /** Ids and names, no secrets. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface Reconciled {
  /** How many signatures were compared. */
  readonly signatures: number;
  /** Whether all that is settled was. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
  /** Ids of signatures that were found before and are accounted for by now. */
  readonly settledLate: readonly string[];
  /** Set when the keys service kept a record the last time, and says that it keeps none. */
  readonly ceased?: boolean;
}

/** A page of the record, from the token service. */
export type ListSignatures = (
  request: signatureRecordV1.ListSignaturesRequest,
) => Promise<signatureRecordV1.ListSignaturesResponse>;

const pageRows = 2_000;
/** A round compares half a million signatures at most: what it found must fit into memory. */
const mostPages = 250;
/** How much time what belongs together is given to arrive on both sides. */
export interface Grace {
  /** Signatures that are younger may still be on their way to the ledger. */
  readonly settledSeconds: number;
  /** Signatures of what is older in the ledger were settled when the record was read, even where clocks differ. */
  readonly ledgerSeconds: number;
}
const usual: Grace = { settledSeconds: 60, ledgerSeconds: 180 };
/** What somebody has looked into goes; what nobody did stays as long as the record does. */
const findingsKept = { acknowledged: '90 days', open: '400 days' };

/**
 * Runs one round. Safe from several processes at once.
 *
 * @param tell told of findings as soon as they are kept, whatever becomes of the rest of the round
 * @throws {OAuthError} temporarily_unavailable when the record or the database cannot be reached; what was compared stays so
 */
export async function reconcileSignatures(
  database: Database,
  list: ListSignatures,
  tell: (findings: readonly Finding[]) => void = () => undefined,
  grace: Grace = usual,
): Promise<Reconciled> {
  const { settledSeconds } = grace;
  const findings: Finding[] = [];
  let signatures = 0;
  for (let page = 0; page < mostPages; page++) {
    const from = await placeOf(database);
    if (from === undefined) return begin(database, list, settledSeconds);
    const answer = await list({
      ...{ afterSequence: from.sequence, afterHash: from.hash, limit: pageRows, settledSeconds },
    });
    if (!answer.recording) return forgetAll(database);
    const found = await comparePage(database, from, answer);
    // Another worker was here meanwhile, and goes on.
    if (found === undefined) return { signatures, complete: false, findings, settledLate: [] };
    signatures += answer.signatures.length;
    findings.push(...found);
    tell(found);
    if (!answer.continues) return { ...(await begin(database, list, settledSeconds)), findings };
    if (!answer.more) {
      const left = await compareLedger(database, from.asked_at - grace.ledgerSeconds * 1000);
      tell(left.findings);
      return { signatures, complete: true, findings: [...findings, ...left.findings], settledLate: left.settledLate };
    }
  }
  return { signatures, complete: false, findings, settledLate: [] };
}

interface Place {
  readonly sequence: number;
  readonly hash: Buffer;
  /** Before the record was asked what comes behind it: milliseconds since the epoch, by the database's clock. */
  readonly asked_at: number;
}

async function placeOf(database: Database): Promise<Place | undefined> {
  return (await database.query<Place>('SELECT sequence, hash, now() AS asked_at FROM cardea.signature_reconciliation'))
    .rows[0];
}

/** From now on: what was signed before is not known here. */
async function begin(database: Database, list: ListSignatures, settledSeconds: number): Promise<Reconciled> {
  const { recording, nextSequence, nextHash } = await list({
    ...{ afterSequence: -1, afterHash: Buffer.alloc(0), limit: 1, settledSeconds },
  });
  if (!recording) return forgetAll(database);
  await database.query(
    `INSERT INTO cardea.signature_reconciliation (sequence, hash) VALUES ($1, $2) ON CONFLICT (singleton)
       DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, began_at = now()`,
    [nextSequence, nextHash],
  );
  return { signatures: 0, complete: true, findings: [], settledLate: [] };
}

/** Without a record there is nothing to compare with, now or later; it is never called complete, which an alert waits for. */
async function forgetAll(database: Database): Promise<Reconciled> {
  const { rowCount } = await database.query('DELETE FROM cardea.signature_reconciliation');
  await database.query('DELETE FROM cardea.signature_ledger');
  return { signatures: 0, complete: false, findings: [], settledLate: [], ceased: rowCount === 1 };
}

const idOf = ({ tokenId, requestId }: signatureRecordV1.RecordedSignature) => (tokenId === '' ? requestId : tokenId);

/** @returns what did not match, or undefined when the page was compared by somebody else */
function comparePage(
  database: Database,
  from: Place,
  { signatures, nextSequence, nextHash, continues }: signatureRecordV1.ListSignaturesResponse,
): Promise<readonly Finding[] | undefined> {
  return transaction(database, async (connection) => {
    const { rowCount } = await connection.query(
      'UPDATE cardea.signature_reconciliation SET sequence = $1, hash = $2 WHERE sequence = $3 AND hash = $4',
      [nextSequence, nextHash, from.sequence, from.hash],
    );
    if (rowCount === 0) return undefined;
    const findings: Finding[] = [];
    if (!continues) {
      const facts = { sequence: String(from.sequence), hash: from.hash.toString('hex') };
      findings.push({ kind: 'signature_record_rewritten', id: String(from.sequence), facts });
    } else if (signatures.length > 0) {
      const { rows } = await connection.query<{ id: string }>(
        'DELETE FROM cardea.signature_ledger WHERE id = ANY($1::text[]) RETURNING id',
        [signatures.map(idOf)],
      );
      // What was asked for once accounts for one signature, the first: whoever minted another may have taken its id.
      const asked = new Set(rows.map(({ id }) => id));
      findings.push(...signatures.filter((signature) => !asked.delete(idOf(signature))).map(unaskedFor));
    }
    await keep(connection, findings);
    return findings;
  });
}

function unaskedFor(signature: signatureRecordV1.RecordedSignature): Finding {
  const { sequence, signedAt, caller, requestId, purpose, keyId, clientId } = signature;
  const facts = { sequence: String(sequence), signed_at: signedAt?.toISOString() ?? '', caller, request_id: requestId };
  return {
    kind: 'signature_without_token',
    id: idOf(signature),
    facts: { ...facts, purpose, kid: keyId, client_id: clientId },
  };
}

/**
 * What is left in the ledger when all settled signatures were compared has none.
 *
 * @param until what is younger is not judged: milliseconds since the epoch. Counted from when the record was asked, not from now: a
 *   worker that was frozen in between knows nothing of what was signed meanwhile
 */
function compareLedger(database: Database, until: number): Promise<Pick<Reconciled, 'findings' | 'settledLate'>> {
  return transaction(database, async (connection) => {
    const { rows } = await connection.query<{ id: string; purpose: string; client_id: string; kept_at: number }>(
      `WITH gone AS (
         DELETE FROM cardea.signature_ledger WHERE kept_at < $1
           RETURNING id, purpose, client_id, answered, kept_at
       )
       SELECT id, purpose, client_id, kept_at FROM gone
        WHERE answered AND kept_at >= (SELECT began_at FROM cardea.signature_reconciliation)`,
      [new Date(until)],
    );
    // Written so late that their signatures were found before.
    const late = await connection.query<{ id: string }>(
      `DELETE FROM cardea.signature_finding WHERE kind = 'signature_without_token' AND id = ANY($1::text[]) RETURNING id`,
      [rows.map(({ id }) => id)],
    );
    const settledLate = new Set(late.rows.map(({ id }) => id));
    const findings = rows
      .filter(({ id }) => !settledLate.has(id))
      .map(({ id, purpose, client_id, kept_at }): Finding => {
        const facts = { purpose, client_id, kept_at: new Date(kept_at).toISOString() };
        return { kind: 'token_without_signature', id, facts };
      });
    await keep(connection, findings);
    await connection.query(
      `DELETE FROM cardea.signature_finding WHERE found_at < now() - interval '${findingsKept.open}'
          OR (acknowledged_at IS NOT NULL AND found_at < now() - interval '${findingsKept.acknowledged}')`,
    );
    return { findings, settledLate: [...settledLate] };
  });
}

async function keep(connection: Connection, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  await connection.query(
    `INSERT INTO cardea.signature_finding (kind, id, facts)
       SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[]) ON CONFLICT DO NOTHING`,
    [
      findings.map(({ kind }) => kind),
      findings.map(({ id }) => id),
      findings.map(({ facts }) => JSON.stringify(facts)),
    ],
  );
}
