// Families of tokens fall whole: everything that came of one grant dies together, and nobody is answered before no cache can
// still call one of them alive (RFC 7009 §2.1, RFC 9700 §4.14.2; Hydra's rule).
import { bytesColumn, numberColumn } from '@cardea/service';
import type { Caches, EndTokens } from '../cache/end-tokens.js';
import { createEndTokens } from '../cache/end-tokens.js';
import { beforeAllUuids } from './before-all-uuids.js';
import type { Connection, Database } from './database.js';
import type { NewEvent } from './event-outbox.js';
import { insertEvents, newEvent } from './event-outbox.js';
import { createGroups } from './groups.js';
import { expiryBounds } from './partitions.js';
import { sweepAccessTokens } from './sweep-access-tokens.js';
import type { TokenRef } from './tokens.js';

export interface Families {
  /** Kills all tokens of a grant. The consent itself stays remembered. */
  fall(grantId: string): Promise<void>;
  /** Withdraws all grants of a client and kills all its tokens. */
  fallOfClient(clientId: string): Promise<void>;
  /** Withdraws consents, and kills all tokens that came of them. */
  withdraw(which: Withdrawal): Promise<void>;
  /** Kills an access token that has no family. */
  endOne(ref: TokenRef): Promise<void>;
  /** Kills a client's access tokens and nothing else: its refresh tokens may get new ones. */
  endAccessOfClient(clientId: string): Promise<void>;
}

/** One grant, or a person's grants: all of them, or those to one client. */
export type Withdrawal =
  { readonly grantId: string } | { readonly subject: string; readonly clientId: string | undefined };

/** Grants of one transaction: each may have many tokens. */
const grantBatch = 500;

interface WithdrawnRow {
  readonly id: string;
  readonly client_id: string;
  readonly subject: string;
  readonly skipped: boolean;
}

/** @param personOf the pseudonym of a person in the audit stream, where there are any */
export function createFamilies(
  database: Database,
  cache: Caches,
  personOf: (subject: string) => string | undefined = () => undefined,
): Families {
  const endTokens = createEndTokens(database, cache);
  const { observed } = database;
  const fallTogether = createFall(observed, endTokens);
  const revoked = ({ id, client_id, subject }: WithdrawnRow): NewEvent => {
    const person = personOf(subject);
    return newEvent('cardea.consent.revoked.v1', { client_id, grant_id: id, ...(person !== undefined && { person }) });
  };
  return {
    async fall(grantId) {
      // Somebody else ended them, perhaps at this moment.
      if (!(await fallTogether(grantId))) await endTokens.settled();
    },

    async fallOfClient(clientId) {
      for (let last = beforeAllUuids; last !== '';) {
        last = await endTokens(async (connection) => {
          const { rows } = await connection.query<{ id: string }>(
            // Locked in the order codes.ts and refresh-tokens.ts lock them.
            `WITH own AS MATERIALIZED (
                SELECT id FROM cardea.consent_grant WHERE client_id = $1 AND fallen_at IS NULL AND id > $2
                ORDER BY id LIMIT ${String(grantBatch)} FOR NO KEY UPDATE
              )
              UPDATE cardea.consent_grant g SET revoked_at = coalesce(revoked_at, now()), fallen_at = now()
              FROM own WHERE g.id = own.id RETURNING g.id`,
            [clientId, last],
          );
          const ids = rows.map((row) => row.id).sort();
          return [ids.at(-1) ?? '', await killTokens(connection, ids)];
        });
      }
      // What the client holds for itself has no grant.
      await endAccess(clientId);
      await endTokens.settled();
    },

    async withdraw(which) {
      const [condition, values] =
        'grantId' in which
          ? ['id = $1', [which.grantId]]
          : which.clientId === undefined
            ? ['subject = $1', [which.subject]]
            : ['subject = $1 AND client_id = $2', [which.subject, which.clientId]];
      for (let count = grantBatch; count === grantBatch;) {
        count = await endTokens(async (connection) => {
          const { rows } = await connection.query<WithdrawnRow>(
            `WITH own AS MATERIALIZED (
                SELECT id FROM cardea.consent_grant WHERE ${condition} AND revoked_at IS NULL
                ORDER BY id LIMIT ${String(grantBatch)} FOR NO KEY UPDATE
              )
              UPDATE cardea.consent_grant g SET revoked_at = now(), fallen_at = coalesce(fallen_at, now())
              FROM own WHERE g.id = own.id RETURNING g.id, g.client_id, g.subject, g.skipped`,
            values,
          );
          await insertEvents(connection, rows.filter(({ skipped }) => !skipped).map(revoked));
          const ids = rows.map((row) => row.id);
          return [ids.length, await killTokens(connection, ids)];
        });
      }
      await endTokens.settled();
    },

    endOne: createEndOne(observed, endTokens),

    async endAccessOfClient(clientId) {
      await endAccess(clientId);
      await endTokens.settled();
    },
  };

  function endAccess(clientId: string): Promise<number> {
    return sweepAccessTokens(database, endTokens, { condition: 'client_id = $3', values: [clientId] });
  }
}

type Observed = Database['observed'];

/** Locked in the order codes.ts and refresh-tokens.ts lock them. */
const fallText = `WITH own AS MATERIALIZED (
    SELECT id FROM cardea.consent_grant WHERE id = ANY($1::uuid[]) AND fallen_at IS NULL ORDER BY id FOR NO KEY UPDATE
  ) UPDATE cardea.consent_grant g SET fallen_at = now() FROM own WHERE g.id = own.id`;

/** @returns answers whether any access token of the grant was ended, once no cache can answer with it */
function createFall(observed: Observed, endTokens: EndTokens): (grantId: string) => Promise<boolean> {
  return createGroups(
    { name: 'family_fall', observed },
    async (grantIds: readonly string[]) => {
      // Two statements, so that the second sees what was issued while the first waited for the grants' locks.
      const ended = await endTokens(async (connection) => {
        await connection.query({ name: 'family_fall', text: fallText, values: [grantIds] });
        const killed = await killTokensOf(connection, grantIds);
        return [new Set(killed.map((row) => row.grant_id)), killed.map((row) => row.key)];
      });
      return grantIds.map((id) => ended.has(id));
    },
    { maxBatch: 64 },
  );
}

// The bounds let PostgreSQL leave out all partitions but one or two before it opens them.
const removeText = `DELETE FROM cardea.access_token t USING unnest($1::bytea[], $2::float8[]) AS i(key, expires)
  WHERE t.key = i.key AND t.expires_at = to_timestamp(i.expires)
    AND t.expires_at >= to_timestamp($3) AND t.expires_at <= to_timestamp($4)`;

function createEndOne(observed: Observed, endTokens: EndTokens): (ref: TokenRef) => Promise<undefined> {
  return createGroups({ name: 'access_token_remove', observed }, async (items: readonly TokenRef[]) => {
    // In one order, so that two groups with the same tokens do not wait for each other.
    const refs = [...items].sort((a, b) => a.key.compare(b.key));
    await endTokens(async (connection) => {
      const values = [
        bytesColumn(refs, (ref) => ref.key),
        numberColumn(refs, (ref) => ref.expiresAt),
        ...expiryBounds(refs),
      ];
      await connection.query({ name: 'access_token_remove', text: removeText, values });
      // Told even when somebody else was faster: they may not have told anybody yet.
      return [undefined, refs.map(({ key }) => key)];
    });
    return items.map(() => undefined);
  });
}

/** Kills the tokens of grants that have just fallen. @returns the keys of the access tokens among them */
export async function killTokens(connection: Connection, grantIds: readonly string[]): Promise<Buffer[]> {
  return (await killTokensOf(connection, grantIds)).map(({ key }) => key);
}

async function killTokensOf(
  connection: Connection,
  grantIds: readonly string[],
): Promise<readonly { readonly key: Buffer; readonly grant_id: string }[]> {
  if (grantIds.length === 0) return [];
  const { rows } = await connection.query<{ key: Buffer; grant_id: string }>({
    name: 'family_access_tokens_kill',
    text: 'DELETE FROM cardea.access_token WHERE grant_id = ANY($1::uuid[]) RETURNING key, grant_id',
    values: [grantIds],
  });
  await connection.query({
    name: 'family_refresh_tokens_kill',
    text: 'UPDATE cardea.refresh_token SET revoked_at = now() WHERE grant_id = ANY($1::uuid[]) AND revoked_at IS NULL',
    values: [grantIds],
  });
  return rows;
}
