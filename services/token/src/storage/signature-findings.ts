// What the comparison of signatures with tokens found: listed, and acknowledged once (migrations 0014 and 0025).
import { OAuthError } from '@cardea/oauth';
import type { signatureFindingV1 } from '@cardea/rpc';
import type { Database } from './database.js';
import { storageFailure } from './database.js';

export interface SignatureFindings {
  /** The newest first, beginning before `before`; 0 begins at the newest. */
  list(options: {
    before: number;
    limit: number;
    acknowledged: boolean | undefined;
  }): Promise<signatureFindingV1.SignatureFinding[]>;
  /**
   * The first one who acknowledges a finding stays the one who did.
   *
   * @throws {OAuthError} not_found
   */
  acknowledge(id: number, by: string, note: string): Promise<signatureFindingV1.SignatureFinding>;
}

interface Row {
  readonly number: number;
  readonly kind: string;
  readonly id: string;
  readonly facts: Record<string, string>;
  readonly found_at: number;
  readonly acknowledged_at: number | null;
  readonly acknowledged_by: string;
  readonly note: string;
}

const columns = 'number, kind, id, facts, found_at, acknowledged_at, acknowledged_by, note';

export function createSignatureFindings(database: Database): SignatureFindings {
  const rows = async (text: string, values: unknown[]): Promise<signatureFindingV1.SignatureFinding[]> => {
    try {
      return (await database.query<Row>(text, values)).rows.map(findingOf);
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    list: ({ before, limit, acknowledged }) =>
      rows(
        `SELECT ${columns} FROM cardea.signature_finding
          WHERE ($1 = 0 OR number < $1) AND ($2::boolean IS NULL OR (acknowledged_at IS NOT NULL) = $2)
          ORDER BY number DESC LIMIT $3`,
        [before, acknowledged ?? null, limit],
      ),
    async acknowledge(id, by, note) {
      const [acknowledged] = await rows(
        `UPDATE cardea.signature_finding SET acknowledged_at = now(), acknowledged_by = $2, note = $3
          WHERE number = $1 AND acknowledged_at IS NULL RETURNING ${columns}`,
        [id, by, note],
      );
      if (acknowledged !== undefined) return acknowledged;
      const [before] = await rows(`SELECT ${columns} FROM cardea.signature_finding WHERE number = $1`, [id]);
      if (before === undefined) throw new OAuthError('not_found', 'There is no such finding.');
      return before;
    },
  };
}

function findingOf(row: Row): signatureFindingV1.SignatureFinding {
  return {
    ...{ id: row.number, kind: row.kind, about: row.id, facts: row.facts, foundAt: new Date(row.found_at) },
    acknowledgedAt: row.acknowledged_at === null ? undefined : new Date(row.acknowledged_at),
    ...{ acknowledgedBy: row.acknowledged_by, note: row.note },
  };
}
