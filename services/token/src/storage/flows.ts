// Flow rows. The database decides what happens once: each step is one conditional statement whose row count is the
// verdict, and its conditions come from the flow machine (ARCHITECTURE §2 law 8).
import type { FlowEvent, FlowState } from '@cardea/oauth';
import { stateAfter, statesBefore } from '@cardea/oauth';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import { createGroupCommit } from './group-commit.js';
import type { GrantRow } from './grants.js';
import { grantValues, insertGrant } from './grants.js';
import { inOrder } from './ordered.js';
import type { SessionRow } from './sessions.js';
import type { AccessTokenRow } from './tokens.js';

/** What names a flow: its id, and the expiry that tells the partition. Seconds since the epoch. */
export interface FlowRef {
  readonly id: Buffer;
  readonly expiresAt: number;
}

export interface FlowRow {
  readonly state: FlowState;
  readonly clientId: string;
  readonly verifierKey: Buffer | null;
  readonly browser: Buffer;
  /** Sealed. */
  readonly body: Buffer;
}

/** What the browser must bring for a step: the verifier last handed out, and the cookie. `now` in ms. */
export interface FlowProof {
  readonly verifierKey: Buffer;
  readonly browser: Buffer;
  readonly now: number;
}

/** The code to be stored when a flow completes. */
export interface CodeRow {
  readonly key: Buffer;
  readonly expiresAt: number;
  readonly body: Buffer;
}

export interface Flows {
  find(ref: FlowRef): Promise<FlowRow | undefined>;
  /** Stores the login app's answer; false when the browser has used an earlier one. */
  answerLogin(
    event: 'accept_login' | 'reject_login',
    ref: FlowRef,
    row: FlowAnswer & { clientId: string; browser: Buffer },
  ): Promise<boolean>;
  /** Stores the consent app's answer; false when the browser has used an earlier one. */
  answerConsent(event: 'accept_consent' | 'reject_consent', ref: FlowRef, row: FlowAnswer): Promise<boolean>;
  /**
   * Uses a login: the flow moves on, the session is stored, the browser's former one ends. False when somebody was faster.
   *
   * @param session what happens to the login session; undefined leaves it alone
   * @param formerSession the session this browser had, a UUID
   */
  useLogin(
    ref: FlowRef,
    proof: FlowProof,
    next: { browser: Buffer; body: Buffer },
    session: SessionChange | undefined,
    formerSession: string | undefined,
  ): Promise<boolean>;
  /** Ends a flow with an error for the client; false when somebody was faster. */
  refuse(
    event: 'use_login_rejection' | 'fail_login' | 'use_consent_rejection',
    ref: FlowRef,
    proof: FlowProof,
  ): Promise<boolean>;
  /** Completes a flow: the grant, its code and its access token exist from the same moment on. False when somebody was faster. */
  complete(
    ref: FlowRef,
    proof: FlowProof,
    grant: GrantRow,
    code: CodeRow | undefined,
    access: AccessTokenRow | undefined,
  ): Promise<boolean>;
}

/** A session begins, or one that still exists is kept for longer (it is never brought back). */
export type SessionChange =
  | { readonly kind: 'begin'; readonly row: SessionRow }
  | { readonly kind: 'extend'; readonly id: string; readonly expiresAt: number };

export interface FlowAnswer {
  readonly verifierKey: Buffer;
  readonly body: Buffer;
}

const findText = `SELECT i.ord, f.* FROM unnest($1::bytea[], $2::float8[]) WITH ORDINALITY AS i(id, expires, ord)
  CROSS JOIN LATERAL (
    SELECT state, client_id, verifier_key, browser, body FROM cardea.flow
    WHERE id = i.id AND expires_at = to_timestamp(i.expires) LIMIT 1
  ) f`;

/** Shared by all steps that the browser makes: $1 id, $2 expiry, $3 states, $4 verifier, $5 browser, $6 now. */
export const provenFlow = `id = $1 AND expires_at = to_timestamp($2) AND state = ANY($3)
  AND verifier_key = $4 AND browser = $5 AND expires_at > to_timestamp($6)`;

const statements = {
  answerLogin: `INSERT INTO cardea.flow (id, expires_at, state, client_id, browser, verifier_key, body)
    VALUES ($1, to_timestamp($2), $3, $4, $5, $6, $7)
    ON CONFLICT (id, expires_at) DO UPDATE
      SET state = excluded.state, verifier_key = excluded.verifier_key, body = excluded.body
      WHERE flow.state = ANY($8)`,
  answerConsent: `UPDATE cardea.flow SET state = $3, verifier_key = $4, body = $5
    WHERE id = $1 AND expires_at = to_timestamp($2) AND state = ANY($6)`,
  useLogin: `WITH moved AS (
      UPDATE cardea.flow SET state = $7, browser = $8, body = $9, verifier_key = NULL WHERE ${provenFlow} RETURNING 1
    ), ended AS (
      DELETE FROM cardea.login_session WHERE id = $10 AND EXISTS (SELECT 1 FROM moved)
    ), stored AS (
      INSERT INTO cardea.login_session
        (id, subject, authenticated_at, remember, expires_at, acr, amr, identity_provider_session_id)
      SELECT $11::uuid, $12, to_timestamp($13), $14, to_timestamp($15), $16, $17::text[], $18 FROM moved WHERE $11::uuid IS NOT NULL
      ON CONFLICT (id) DO NOTHING
    ), extended AS (
      UPDATE cardea.login_session SET expires_at = to_timestamp($15) WHERE id = $19 AND EXISTS (SELECT 1 FROM moved)
    ) SELECT 1 FROM moved`,
  refuse: `UPDATE cardea.flow SET state = $7, verifier_key = NULL WHERE ${provenFlow}`,
  complete: `WITH moved AS (
      UPDATE cardea.flow SET state = $7, verifier_key = NULL WHERE ${provenFlow} RETURNING client_id
    ), granted AS (
      ${insertGrant} FROM moved
    ), coded AS (
      INSERT INTO cardea.authorization_code (key, expires_at, grant_id, client_id, body)
      SELECT $17::bytea, to_timestamp($18), $8::uuid, client_id, $19::bytea FROM moved WHERE $17::bytea IS NOT NULL
    ), opened AS (
      INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
      SELECT $20::bytea, to_timestamp($21), $8::uuid, client_id, $22::bytea FROM moved WHERE $20::bytea IS NOT NULL
    ) SELECT 1 FROM moved`,
};

/** The values of {@link provenFlow}, and as $7 the state the event leads to. */
export const provenValues = (event: FlowEvent, ref: FlowRef, proof: FlowProof): unknown[] => [
  ref.id,
  ref.expiresAt,
  statesBefore(event),
  proof.verifierKey,
  proof.browser,
  proof.now / 1000,
  stateAfter(event),
];

export function createFlows(database: Database): Flows {
  const run = async (name: keyof typeof statements, values: unknown[]) => {
    try {
      return await database.query<Record<string, unknown>>({ name: `flow_${name}`, text: statements[name], values });
    } catch (error) {
      throw storageFailure(error);
    }
  };
  const won = async (name: keyof typeof statements, values: unknown[]) => (await run(name, values)).rowCount === 1;
  return {
    find: createGroupCommit<FlowRef, FlowRow | undefined>(database, {
      name: 'flow_find',
      text: findText,
      values: (refs) => [refs.map((ref) => ref.id), refs.map((ref) => ref.expiresAt)],
      results: (returned, refs) =>
        inOrder(returned, refs.length, (row) => ({
          state: row['state'] as FlowState,
          clientId: row['client_id'] as string,
          verifierKey: row['verifier_key'] as Buffer | null,
          browser: row['browser'] as Buffer,
          body: row['body'] as Buffer,
        })),
    }),

    answerLogin: (event, ref, row) =>
      won('answerLogin', [
        ref.id,
        ref.expiresAt,
        stateAfter(event),
        row.clientId,
        row.browser,
        row.verifierKey,
        row.body,
        statesBefore(event),
      ]),

    answerConsent: (event, ref, row) =>
      won('answerConsent', [ref.id, ref.expiresAt, stateAfter(event), row.verifierKey, row.body, statesBefore(event)]),

    useLogin(ref, proof, next, change, formerSession) {
      const begun = change?.kind === 'begin' ? change.row : undefined;
      const extended = change?.kind === 'extend' ? change : undefined;
      return won('useLogin', [
        ...provenValues('use_login', ref, proof),
        next.browser,
        next.body,
        formerSession ?? null,
        begun?.id ?? null,
        begun?.subject ?? '',
        begun?.authenticatedAt ?? 0,
        begun?.remember ?? false,
        (begun ?? extended)?.expiresAt ?? 0,
        begun?.acr ?? '',
        begun?.amr ?? [],
        begun?.identityProviderSessionId ?? '',
        extended?.id ?? null,
      ]);
    },

    refuse: (event, ref, proof) => won('refuse', provenValues(event, ref, proof)),

    complete: (ref, proof, grant, code, access) =>
      won('complete', [
        ...provenValues('use_consent', ref, proof),
        ...grantValues(grant),
        code?.key ?? null,
        code?.expiresAt ?? null,
        code?.body ?? null,
        access?.key ?? null,
        access?.expiresAt ?? null,
        access?.body ?? null,
      ]),
  };
}
