// Ends what was issued, by session, person, client or interval: families fall page by page, so that no transaction is long and
// whoever was interrupted asks again and goes on where it stopped (security catalogue D27; wish: a logout that ends tokens).
import type { Caches } from '../cache/end-tokens.js';
import { createEndTokens } from '../cache/end-tokens.js';
import { beforeAllUuids } from './before-all-uuids.js';
import type { Database } from './database.js';
import { killTokens } from './families.js';
import { sweepAccessTokens } from './sweep-access-tokens.js';

/** What was issued to a client, for a person, or both; at least one of them is named. */
export interface IssuedTo {
  readonly clientId: string | undefined;
  readonly subject: string | undefined;
  /** The first instant that counts; undefined means since ever. */
  readonly after: Date | undefined;
  /** The first instant that counts no more; undefined means all that exists by now. */
  readonly before: Date | undefined;
}

/** Each settles when no cache can still answer with what it ended. Consents stay remembered. */
export interface IssuedTokens {
  /** Ends the tokens of grants that were given in a login session. @param clientIds to these clients; undefined means to all */
  endOfSession(sessionId: string, clientIds?: readonly string[]): Promise<void>;
  /**
   * Ends every family of which anything was issued in the interval: what came of a token that may have been stolen may have been
   * stolen too. Of a client without a person also the tokens that it holds for itself.
   *
   * @returns how many families and how many tokens without one ended
   */
  end(which: IssuedTo): Promise<{ families: number; tokens: number }>;
}

const grantPage = 500;

const inInterval = (column: string) => `${column} >= $2 AND ${column} < $3`;

/** @param who the condition on a grant, with its values as $4 and $5 */
const pageText = (who: string) => `WITH candidates AS MATERIALIZED (
    SELECT id FROM cardea.consent_grant WHERE ${who} AND fallen_at IS NULL AND id > $1
    ORDER BY id LIMIT ${String(grantPage)}
  ), hit AS MATERIALIZED (
    SELECT g.id FROM candidates JOIN cardea.consent_grant g ON g.id = candidates.id
    WHERE g.fallen_at IS NULL AND (
      ${inInterval('g.created_at')}
      OR EXISTS (SELECT FROM cardea.refresh_token r WHERE r.grant_id = g.id AND ${inInterval('r.issued_at')})
      OR EXISTS (SELECT FROM cardea.access_token a
        WHERE a.grant_id = g.id AND (a.issued_at IS NULL OR ${inInterval('a.issued_at')})))
    ORDER BY g.id FOR NO KEY UPDATE OF g
  ), fallen AS (
    UPDATE cardea.consent_grant g SET fallen_at = now() FROM hit WHERE g.id = hit.id RETURNING g.id
  ) SELECT (SELECT id FROM candidates ORDER BY id DESC LIMIT 1) AS last, ARRAY(SELECT id FROM fallen) AS fallen`;

export function createIssuedTokens(database: Database, cache: Caches): IssuedTokens {
  const endTokens = createEndTokens(database, cache);
  const fallPages = async (who: string, interval: readonly [string, string], values: readonly unknown[]) => {
    let families = 0;
    for (let last: string | null = beforeAllUuids; last !== null;) {
      const from: string = last;
      const page = await endTokens(async (connection) => {
        const { rows } = await connection.query<{ last: string | null; fallen: string[] }>(pageText(who), [
          from,
          ...interval,
          ...values,
        ]);
        const found = rows[0] ?? { last: null, fallen: [] };
        // A statement of its own, so that it sees what was issued while the first waited for a grant's lock.
        return [found, await killTokens(connection, found.fallen)];
      });
      families += page.fallen.length;
      last = page.last;
    }
    return families;
  };

  /** What a client holds for itself. */
  const endWithoutGrant = (clientId: string, interval: readonly [string, string]): Promise<number> =>
    sweepAccessTokens(database, endTokens, {
      condition: 'grant_id IS NULL AND client_id = $3 AND (issued_at IS NULL OR (issued_at >= $4 AND issued_at < $5))',
      values: [clientId, ...interval],
    });

  return {
    async endOfSession(sessionId, clientIds) {
      await (clientIds === undefined
        ? fallPages('session_id = $4', always, [sessionId])
        : fallPages('session_id = $4 AND client_id = ANY($5)', always, [sessionId, clientIds]));
      await endTokens.settled();
    },
    async end({ clientId, subject, after, before }) {
      const interval = [after?.toISOString() ?? always[0], before?.toISOString() ?? always[1]] as const;
      if (subject === undefined) {
        if (clientId === undefined) throw new Error('neither a client nor a person is named');
        const families = await fallPages('client_id = $4', interval, [clientId]);
        const tokens = await endWithoutGrant(clientId, interval);
        await endTokens.settled();
        return { families, tokens };
      }
      const families =
        clientId === undefined
          ? await fallPages('subject = $4', interval, [subject])
          : await fallPages('subject = $4 AND client_id = $5', interval, [subject, clientId]);
      await endTokens.settled();
      return { families, tokens: 0 };
    },
  };
}

const always = ['-infinity', 'infinity'] as const;
