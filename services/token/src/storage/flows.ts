// Flow rows. The database decides what happens once: each step is one conditional statement whose rows are the verdict, and
// its conditions come from the flow machine (ARCHITECTURE §2 law 8).
import type { FlowEvent, FlowState } from '@cardea/oauth';
import { stateAfter, statesBefore } from '@cardea/oauth';
import { bytesColumn } from '@cardea/service';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import { createFlowAnswers } from './flow-answers.js';
import { createFlowSteps } from './flow-steps.js';
import { createGroupCommit } from './group-commit.js';
import type { GrantRow } from './grants.js';
import { expiryBounds } from './partitions.js';
import { recallingFlows } from './recent-flows.js';
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
  /**
   * The row as this process last stored or read it, if it waited for this verifier then, or for the consent app (null). Only for a
   * caller whose next statement asks for just that again: it may have moved on meanwhile.
   */
  recall(ref: FlowRef, verifierKey: Buffer | null): FlowRow | undefined;
  /** Stores the login app's answer; false when the browser has used an earlier one. */
  answerLogin(
    event: 'accept_login' | 'reject_login',
    ref: FlowRef,
    row: FlowAnswer & { clientId: string; browser: Buffer },
  ): Promise<boolean>;
  /**
   * Stores the consent app's answer; false when the browser has used an earlier one.
   *
   * @param which `first` stores it only where there is no other yet: for an answer to a row that was recalled
   */
  answerConsent(
    event: 'accept_consent' | 'reject_consent',
    ref: FlowRef,
    row: FlowAnswer,
    which: 'first' | 'any',
  ): Promise<boolean>;
  /**
   * Uses a login: the flow moves on, the session is stored, the browser's former one ends. False when somebody was faster.
   *
   * @param next its body is undefined where the verifier's own stays
   * @param session what happens to the login session; undefined leaves it alone
   * @param formerSession the session this browser had, a UUID
   */
  useLogin(
    ref: FlowRef,
    proof: FlowProof,
    next: NextOfLogin,
    session: SessionChange | undefined,
    formerSession: string | undefined,
  ): Promise<boolean>;
  /** Ends a flow with an error for the client; false when somebody was faster. */
  refuse(
    event: 'use_login_rejection' | 'fail_login' | 'use_consent_rejection',
    ref: FlowRef,
    proof: FlowProof,
  ): Promise<boolean>;
  /**
   * Completes a flow: the grant, its code and its access token exist from the same moment on. False when somebody was faster, when the
   * login session has ended, and when it was replaced at this moment: then a second try completes it.
   */
  complete(
    ref: FlowRef,
    proof: FlowProof,
    grant: GrantRow,
    code: CodeRow | undefined,
    access: AccessTokenRow | undefined,
  ): Promise<boolean>;
}

/** What a used login leaves for the consent app's answer. */
export interface NextOfLogin {
  readonly browser: Buffer;
  readonly body: Buffer | undefined;
}

/** A session begins, or one that still exists is kept for longer (it is never brought back). */
export type SessionChange =
  | { readonly kind: 'begin'; readonly row: SessionRow }
  | { readonly kind: 'extend'; readonly id: string; readonly expiresAt: number };

export interface FlowAnswer {
  readonly verifierKey: Buffer;
  readonly body: Buffer;
  /** What the audit record is to say of it, written with it or not at all. */
  readonly note?: DecisionNote | undefined;
}

/** A row of the audit record about an app's answer. */
export interface DecisionNote {
  readonly action: string;
  /** A keyed hash of the person; empty while there is none. */
  readonly actor: string;
  readonly target: string;
}

/** Shared by all steps that one browser makes alone: $1 id, $2 expiry, $3 states, $4 verifier, $5 browser, $6 now. */
export const provenFlow = `id = $1 AND expires_at = to_timestamp($2) AND state = ANY($3)
  AND verifier_key = $4 AND browser = $5 AND expires_at > to_timestamp($6)`;

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

const refuseText = `UPDATE cardea.flow SET state = $7, verifier_key = NULL WHERE ${provenFlow}`;

// An id is in one row alone. The bounds let PostgreSQL leave out all partitions but one or two before it opens them.
const findText = `SELECT id, state, client_id, verifier_key, browser, body FROM cardea.flow
  WHERE id = ANY($1::bytea[]) AND expires_at >= to_timestamp($2) AND expires_at <= to_timestamp($3)`;

export function createFlows(database: Database): Flows {
  return recallingFlows({
    find: createGroupCommit<FlowRef, FlowRow | undefined>(database, {
      name: 'flow_find',
      text: findText,
      values: (refs) => [bytesColumn(refs, (ref) => ref.id), ...expiryBounds(refs)],
      results: (returned, refs) => {
        const byId = new Map(returned.map((row) => [(row['id'] as Buffer).toString('latin1'), row]));
        return refs.map(({ id }) => readFlow(byId.get(id.toString('latin1'))));
      },
    }),
    ...createFlowAnswers(database),
    ...createFlowSteps(database),
    async refuse(event, ref, proof) {
      const statement = { name: 'flow_refuse', text: refuseText, values: provenValues(event, ref, proof) };
      try {
        return (await database.query(statement)).rowCount === 1;
      } catch (error) {
        throw storageFailure(error);
      }
    },
  });
}

const readFlow = (row: Readonly<Record<string, unknown>> | undefined): FlowRow | undefined =>
  row && {
    state: row['state'] as FlowState,
    clientId: row['client_id'] as string,
    verifierKey: row['verifier_key'] as Buffer | null,
    browser: row['browser'] as Buffer,
    body: row['body'] as Buffer,
  };
