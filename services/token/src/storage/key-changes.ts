// Takes over who changed which signing key into the operators' record, each change once, in one statement: of many processes that heard
// the same, one writes it down (migration 0033).
import type { keyChangeV1 } from '@cardea/rpc';
import type { Database } from './database.js';

// Whoever comes second waits for the row and then sees where the first has come.
const text = `WITH here AS (
    SELECT place FROM cardea.key_change_place FOR UPDATE
  ), heard AS (
    SELECT change.* FROM here, unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
      AS change (id, changed_at, changed_by, act, target)
    WHERE change.id > here.place
  ), moved AS (
    UPDATE cardea.key_change_place SET place = (SELECT max(id) FROM heard) WHERE EXISTS (SELECT FROM heard)
  ) INSERT INTO cardea.audit_event (occurred_at, actor, authentication, action, target, status, request_id)
    SELECT changed_at, CASE changed_by WHEN '' THEN 'local' ELSE changed_by END,
      CASE changed_by WHEN '' THEN 'none' ELSE 'mtls' END, 'keys ' || act, target, 200, ''
    FROM heard ORDER BY id`;

/** The last change that was taken over; 0 before the first. */
export async function keyChangePlace(database: Database): Promise<number> {
  const { rows } = await database.query<{ place: string }>({
    name: 'key_change_place',
    text: 'SELECT place::text FROM cardea.key_change_place',
  });
  return Number(rows[0]?.place ?? 0);
}

/** @param changes in the order in which they were made */
export async function takeOverKeyChanges(database: Database, changes: readonly keyChangeV1.KeyChange[]): Promise<void> {
  if (changes.length === 0) return;
  await database.query({
    name: 'key_changes',
    text,
    values: [
      changes.map(({ id }) => id),
      changes.map(({ changedAt }) => changedAt ?? new Date(0)),
      changes.map(({ changedBy }) => changedBy),
      changes.map(({ act }) => act),
      changes.map(({ keySet, keyId }) => `${keySet}/${keyId}`),
    ],
  });
}
