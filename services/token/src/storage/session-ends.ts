// The end of login sessions: the statement that deletes them also writes down whom to tell, so that no crash between the two
// can lose a notification (OpenID Connect Back-Channel Logout 1.0; ARCHITECTURE §2 law 9).
import type { Connection, Database } from './database.js';
import { storageFailure, transaction } from './database.js';

/** A session that is about to end. */
export interface EndingSession {
  /** `sid`, a UUID. */
  readonly id: string;
  readonly subject: string;
  /** Empty when the login app named none. */
  readonly identityProviderSessionId: string;
}

/** A client that the session reached, by its latest grant. */
export interface Participation {
  readonly sessionId: string;
  readonly clientId: string;
  readonly grantId: string;
  /** The grant's body, sealed. */
  readonly body: Buffer;
}

/** A notification to be written down. */
export interface NewDelivery {
  readonly sessionId: string;
  /** Empty for the identity provider. */
  readonly clientId: string;
  readonly uri: string;
  /** As the client knows the person. */
  readonly subject: string;
  readonly identityProviderSessionId: string;
}

/** Tokens that are to end with their session. */
export interface SessionDebt {
  readonly sessionId: string;
  /** Of these clients; undefined means of all. */
  readonly clientIds: readonly string[] | undefined;
}

export interface SessionEnds {
  find(sessionId: string): Promise<EndingSession | undefined>;
  /** Some sessions of a person, remembered or not. */
  ofSubject(subject: string, limit: number): Promise<readonly EndingSession[]>;
  /** Every client that got a grant in one of the sessions. */
  participations(sessionIds: readonly string[]): Promise<readonly Participation[]>;
  /**
   * Ends sessions and stores the notifications of those that ended just now, not of those that were gone already. From then on no flow
   * that was begun in one of them completes, whether or not the session still existed.
   *
   * @returns ids of the sessions that ended; undefined when somebody else took part by now, and nothing has happened
   */
  end(what: {
    readonly sessionIds: readonly string[];
    /** Who took part, as was read before. */
    readonly participations: readonly Pick<Participation, 'sessionId' | 'clientId'>[];
    readonly deliveries: readonly NewDelivery[];
    /** What is to be written down of tokens that are owed their end. */
    readonly debts: readonly SessionDebt[];
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** How long a flow could still come back, milliseconds since the epoch. */
    readonly flowsUntil: number;
  }): Promise<ReadonlySet<string> | undefined>;
  /** Whether somebody ended this session while a flow could still come back to it. */
  hasEnded(sessionId: string): Promise<boolean>;
  /** Sessions whose tokens should have ended by now: whoever ended the session may have died. */
  debts(limit: number): Promise<readonly SessionDebt[]>;
  /** Says that the tokens of these sessions have ended. */
  strike(sessionIds: readonly string[]): Promise<void>;
}

/** How long whoever ended a session has to end its tokens. */
const debtSeconds = 5;

const sessionColumns = 'id, subject, identity_provider_session_id';

const readSession = (row: Record<string, unknown>): EndingSession => ({
  id: row['id'] as string,
  subject: row['subject'] as string,
  identityProviderSessionId: row['identity_provider_session_id'] as string,
});

const endText = `WITH ended AS (
    DELETE FROM cardea.login_session WHERE id = ANY($1::uuid[]) RETURNING id
  ), told AS (
    INSERT INTO cardea.logout_delivery
      (session_id, client_id, uri, subject, identity_provider_session_id, created_at, begun_at, next_at)
    SELECT d.*, to_timestamp($7), to_timestamp($7), to_timestamp($7)
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) AS d(session_id, client_id, uri, subject, idp)
    JOIN ended ON ended.id = d.session_id
  ), remembered AS (
    INSERT INTO cardea.ended_session (session_id, expires_at)
    SELECT DISTINCT id, to_timestamp($8) FROM unnest($1::uuid[]) AS asked(id) ORDER BY id
    ON CONFLICT (session_id) DO UPDATE SET expires_at = greatest(ended_session.expires_at, excluded.expires_at)
  ), owed AS (
    INSERT INTO cardea.session_debt AS known (session_id, client_ids)
    SELECT session_id, client_ids FROM jsonb_to_recordset($9::jsonb) AS d(session_id uuid, client_ids text[]) ORDER BY session_id
    ON CONFLICT (session_id) DO UPDATE SET client_ids = CASE
      WHEN known.client_ids IS NULL OR excluded.client_ids IS NULL THEN NULL ELSE known.client_ids || excluded.client_ids END
  ) SELECT id FROM ended`;

async function participationsOf(
  database: Database | Connection,
  sessionIds: readonly string[],
): Promise<readonly Participation[]> {
  try {
    const { rows } = await database.query<Record<string, unknown>>(
      `SELECT DISTINCT ON (session_id, client_id) session_id, client_id, id, body FROM cardea.consent_grant
        WHERE session_id = ANY($1::uuid[]) ORDER BY session_id, client_id, created_at DESC`,
      [sessionIds],
    );
    return rows.map((row) => ({
      sessionId: row['session_id'] as string,
      clientId: row['client_id'] as string,
      grantId: row['id'] as string,
      body: row['body'] as Buffer,
    }));
  } catch (error) {
    throw storageFailure(error);
  }
}

const nameOf = ({ sessionId, clientId }: Pick<Participation, 'sessionId' | 'clientId'>) => `${sessionId} ${clientId}`;

export function createSessionEnds(database: Database): SessionEnds {
  const rows = async (text: string, values: unknown[]) => {
    try {
      return (await database.query<Record<string, unknown>>(text, values)).rows;
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    async find(sessionId) {
      const found = await rows(`SELECT ${sessionColumns} FROM cardea.login_session WHERE id = $1`, [sessionId]);
      return found.map(readSession)[0];
    },

    async ofSubject(subject, limit) {
      const text = `SELECT ${sessionColumns} FROM cardea.login_session WHERE subject = $1 LIMIT $2`;
      return (await rows(text, [subject, limit])).map(readSession);
    },

    participations: (sessionIds) => participationsOf(database, sessionIds),

    end: ({ sessionIds, participations, deliveries, debts, now, flowsUntil }) =>
      transaction(database, async (connection) => {
        // Flows that complete at this moment hold their session (flow-steps.ts): they are waited for. In the order of ids, as there.
        await connection.query('SELECT FROM cardea.login_session WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', [
          sessionIds,
        ]);
        const known = new Set(participations.map(nameOf));
        const present = await participationsOf(connection, sessionIds);
        if (present.some((one) => !known.has(nameOf(one)))) return undefined;
        const { rows: ended } = await connection.query<{ id: string }>(endText, [
          sessionIds,
          deliveries.map(({ sessionId }) => sessionId),
          deliveries.map(({ clientId }) => clientId),
          deliveries.map(({ uri }) => uri),
          deliveries.map(({ subject }) => subject),
          deliveries.map(({ identityProviderSessionId }) => identityProviderSessionId),
          now / 1000,
          flowsUntil / 1000,
          JSON.stringify(
            debts.map(({ sessionId, clientIds = null }) => ({ session_id: sessionId, client_ids: clientIds })),
          ),
        ]);
        return new Set(ended.map(({ id }) => id));
      }),

    async hasEnded(sessionId) {
      return (await rows('SELECT FROM cardea.ended_session WHERE session_id = $1', [sessionId])).length > 0;
    },

    async debts(limit) {
      const owed = await rows(
        `SELECT session_id, client_ids FROM cardea.session_debt WHERE since < clock_timestamp() - make_interval(secs => $1) LIMIT $2`,
        [debtSeconds, limit],
      );
      return owed.map((row) => ({
        sessionId: row['session_id'] as string,
        clientIds: (row['client_ids'] as string[] | null) ?? undefined,
      }));
    },

    async strike(sessionIds) {
      await rows('DELETE FROM cardea.session_debt WHERE session_id = ANY($1::uuid[])', [sessionIds]);
    },
  };
}
