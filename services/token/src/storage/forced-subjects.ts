// Subjects that login apps chose for pairwise clients: kept so that a hint which says one can be understood later
// (hydra-wire §3.11).
import type { Database } from './database.js';
import { storageFailure } from './database.js';

export interface ForcedSubjects {
  /** The latest one, or undefined. */
  find(clientId: string, subject: string): Promise<string | undefined>;
  remember(clientId: string, subject: string, forced: string): Promise<void>;
}

export function createForcedSubjects(database: Database): ForcedSubjects {
  const query = (name: string, text: string, values: readonly string[]) =>
    database.query<{ forced: string }>({ name, text, values: [...values] }).catch((error: unknown) => {
      throw storageFailure(error);
    });
  return {
    async find(clientId, subject) {
      const text = 'SELECT forced FROM cardea.forced_subject WHERE client_id = $1 AND subject = $2';
      return (await query('forced_subject_find', text, [clientId, subject])).rows[0]?.forced;
    },
    async remember(clientId, subject, forced) {
      const text = `INSERT INTO cardea.forced_subject (client_id, subject, forced) VALUES ($1, $2, $3)
        ON CONFLICT (client_id, subject) DO UPDATE SET forced = excluded.forced
        WHERE forced_subject.forced <> excluded.forced`;
      await query('forced_subject_remember', text, [clientId, subject, forced]);
    },
  };
}
