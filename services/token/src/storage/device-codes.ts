// Device code rows: who may decide about one, how fast it is polled, and that its tokens are given out once. Each step is one
// statement whose row count is the verdict (RFC 8628 §3.4 and §3.5, ARCHITECTURE §2 law 8).
import type { DeviceCodeState } from '@cardea/oauth';
import { slowDownSeconds } from '@cardea/oauth';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import type { FlowProof, FlowRef } from './flows.js';
import { provenFlow, provenValues } from './flows.js';
import type { GrantRow } from './grants.js';
import { grantValues, insertGrant, tellGrant } from './grants.js';
import type { NewRefreshToken } from './refresh-tokens.js';
import type { AccessTokenRow, TokenRef } from './tokens.js';

/** A code that a device was just given. */
export interface NewDeviceCode extends TokenRef {
  readonly clientId: string;
  readonly userCodeKey: Buffer;
  readonly intervalSeconds: number;
  /** Sealed. */
  readonly body: Buffer;
  /** Milliseconds. */
  readonly now: number;
}

/** A code that somebody may still decide about. */
export interface PendingDeviceCode extends TokenRef {
  readonly clientId: string;
  /** Sealed. */
  readonly body: Buffer;
}

/** A code at a poll. */
export interface PolledDeviceCode {
  readonly clientId: string;
  readonly state: DeviceCodeState;
  readonly tooFast: boolean;
  /** Whether the grant that approved it still stands. */
  readonly standing: boolean;
  /** Sealed. */
  readonly body: Buffer;
}

export interface DeviceCodes {
  /** False when a living code has this user code. */
  insert(row: NewDeviceCode): Promise<boolean>;
  /** @param keys the user code's hashes under every secret */
  findByUserCode(keys: readonly Buffer[], now: number): Promise<PendingDeviceCode | undefined>;
  findPending(ref: TokenRef, now: number): Promise<PendingDeviceCode | undefined>;
  /**
   * Completes a flow and approves the code; false when the flow moved on, the code was decided or has expired, the login session has
   * ended, or was replaced at this moment: then a second try completes it.
   */
  approve(flow: FlowRef, proof: FlowProof, grant: GrantRow, device: TokenRef & { body: Buffer }): Promise<boolean>;
  /** Ends a flow and denies the code; false when the flow moved on. */
  deny(
    event: 'use_login_rejection' | 'use_consent_rejection',
    flow: FlowRef,
    proof: FlowProof,
    device: TokenRef,
  ): Promise<boolean>;
  /** Reads a code and, while it is pending and its own client asks, remembers when: too fast makes its interval longer. */
  poll(ref: TokenRef, clientId: string, now: number): Promise<PolledDeviceCode | undefined>;
  /** True for exactly one redemption of an approved code, and only while its grant stands; the tokens are durable then. */
  redeem(redemption: {
    readonly device: TokenRef;
    readonly grantId: string;
    readonly access: AccessTokenRow;
    readonly refresh: NewRefreshToken | undefined;
    readonly now: number;
  }): Promise<boolean>;
}

/** Networks are not punctual: a poll may come this part of the interval early. */
const leniency = 0.1;

const statements = {
  insert: `WITH claimed AS (
      INSERT INTO cardea.user_code (key, device_key, expires_at) VALUES ($1, $2, to_timestamp($3))
      ON CONFLICT (key) DO UPDATE SET device_key = excluded.device_key, expires_at = excluded.expires_at
        WHERE user_code.expires_at <= to_timestamp($7)
      RETURNING device_key
    ) INSERT INTO cardea.device_code (key, expires_at, client_id, interval_seconds, body)
      SELECT device_key, to_timestamp($3), $4, $5, $6 FROM claimed`,
  findByUserCode: `SELECT d.key, d.expires_at, d.client_id, d.body FROM cardea.user_code u
    JOIN cardea.device_code d ON d.key = u.device_key AND d.expires_at = u.expires_at
    WHERE u.key = ANY($1) AND d.state = 'pending' AND d.expires_at > to_timestamp($2)`,
  findPending: `SELECT key, expires_at, client_id, body FROM cardea.device_code
    WHERE key = $1 AND expires_at = to_timestamp($2) AND state = 'pending' AND expires_at > to_timestamp($3)`,
  // The flow is locked first, so that its app cannot take back the consent between the two updates; before it the login session,
  // as in flow-steps.ts.
  approve: `WITH alive AS MATERIALIZED (
      SELECT id FROM cardea.login_session WHERE id = $10::uuid FOR KEY SHARE
    ), gone AS MATERIALIZED (
      SELECT id FROM cardea.login_session WHERE id = $10::uuid AND id NOT IN (SELECT id FROM alive)
      UNION ALL SELECT session_id FROM cardea.ended_session WHERE session_id = $10::uuid
    ), locked AS MATERIALIZED (
      SELECT client_id FROM cardea.flow WHERE ${provenFlow} AND NOT EXISTS (SELECT FROM gone) FOR UPDATE
    ), approved AS (
      UPDATE cardea.device_code d SET state = 'approved', grant_id = $8::uuid, body = $17
      FROM locked WHERE d.client_id = locked.client_id
        AND d.key = $18 AND d.expires_at = to_timestamp($19) AND d.state = 'pending' AND d.expires_at > to_timestamp($6)
      RETURNING d.key
    ), moved AS (
      UPDATE cardea.flow SET state = $7, verifier_key = NULL
      WHERE ${provenFlow} AND EXISTS (SELECT FROM approved) RETURNING client_id
    ), granted AS (
      ${insertGrant} FROM moved
    ), told AS (
      ${tellGrant('(SELECT $20::uuid AS event_id, $21::text AS event_data FROM moved) event')}
    ), freed AS (
      DELETE FROM cardea.user_code WHERE device_key IN (SELECT key FROM approved)
    ) SELECT 1 FROM moved`,
  deny: `WITH moved AS (
      UPDATE cardea.flow SET state = $7, verifier_key = NULL WHERE ${provenFlow} RETURNING 1
    ), denied AS (
      UPDATE cardea.device_code SET state = 'denied'
      WHERE key = $8 AND expires_at = to_timestamp($9) AND state = 'pending' AND EXISTS (SELECT FROM moved) RETURNING key
    ), freed AS (
      DELETE FROM cardea.user_code WHERE device_key IN (SELECT key FROM denied)
    ) SELECT 1 FROM moved`,
  poll: `WITH code AS MATERIALIZED (
      SELECT key, expires_at, client_id, state, grant_id, body,
        coalesce(polled_at + make_interval(secs => interval_seconds * ${String(1 - leniency)}) > to_timestamp($4), false) AS too_fast
      FROM cardea.device_code WHERE key = $1 AND expires_at = to_timestamp($2) FOR UPDATE
    ), remembered AS (
      UPDATE cardea.device_code d SET polled_at = to_timestamp($4),
        interval_seconds = d.interval_seconds + CASE WHEN code.too_fast THEN ${String(slowDownSeconds)} ELSE 0 END
      FROM code WHERE d.key = code.key AND d.expires_at = code.expires_at AND code.state = 'pending' AND code.client_id = $3
    ) SELECT code.client_id, code.state, code.too_fast, code.body, g.id IS NOT NULL AS standing FROM code
      LEFT JOIN cardea.consent_grant g ON g.id = code.grant_id AND g.revoked_at IS NULL AND g.fallen_at IS NULL`,
  redeem: `WITH standing AS MATERIALIZED (
      SELECT id FROM cardea.consent_grant WHERE id = $3 AND revoked_at IS NULL AND fallen_at IS NULL FOR SHARE
    ), redeemed AS (
      DELETE FROM cardea.device_code d USING standing
      WHERE d.key = $1 AND d.expires_at = to_timestamp($2) AND d.state = 'approved' AND d.grant_id = standing.id
        AND d.expires_at > to_timestamp($4)
      RETURNING d.client_id
    ), access AS (
      INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
      SELECT $5::bytea, to_timestamp($6), $3::uuid, client_id, $7::bytea FROM redeemed
    ), refresh AS (
      INSERT INTO cardea.refresh_token
        (key, grant_id, client_id, issued_at, expires_at, access_key, access_expires_at, body)
      SELECT $8::bytea, $3::uuid, client_id, to_timestamp($4), to_timestamp($9), $5::bytea, to_timestamp($6), $10::bytea
      FROM redeemed WHERE $8::bytea IS NOT NULL
    ) SELECT 1 FROM redeemed`,
};

export function createDeviceCodes(database: Database): DeviceCodes {
  const run = async (name: keyof typeof statements, values: unknown[]) => {
    try {
      return await database.query<Record<string, unknown>>({ name: `device_${name}`, text: statements[name], values });
    } catch (error) {
      throw storageFailure(error);
    }
  };
  const won = async (name: keyof typeof statements, values: unknown[]) => (await run(name, values)).rowCount === 1;
  const found = async (name: 'findByUserCode' | 'findPending', values: unknown[]) => {
    const row = (await run(name, values)).rows[0];
    return (
      row && {
        key: row['key'] as Buffer,
        expiresAt: (row['expires_at'] as number) / 1000,
        clientId: row['client_id'] as string,
        body: row['body'] as Buffer,
      }
    );
  };

  return {
    insert: ({ key, expiresAt, clientId, userCodeKey, intervalSeconds, body, now }) =>
      won('insert', [userCodeKey, key, expiresAt, clientId, intervalSeconds, body, now / 1000]),
    findByUserCode: (keys, now) => found('findByUserCode', [keys, now / 1000]),
    findPending: (ref, now) => found('findPending', [ref.key, ref.expiresAt, now / 1000]),
    approve: (flow, proof, grant, device) =>
      won('approve', [
        ...provenValues('use_consent', flow, proof),
        ...grantValues(grant),
        device.body,
        device.key,
        device.expiresAt,
        grant.told?.id ?? null,
        grant.told === undefined ? null : JSON.stringify(grant.told.data),
      ]),
    deny: (event, flow, proof, device) =>
      won('deny', [...provenValues(event, flow, proof), device.key, device.expiresAt]),
    async poll(ref, clientId, now) {
      const row = (await run('poll', [ref.key, ref.expiresAt, clientId, now / 1000])).rows[0];
      return (
        row && {
          clientId: row['client_id'] as string,
          state: row['state'] as DeviceCodeState,
          tooFast: row['too_fast'] as boolean,
          standing: row['standing'] as boolean,
          body: row['body'] as Buffer,
        }
      );
    },
    redeem: ({ device, grantId, access, refresh, now }) =>
      won('redeem', [
        device.key,
        device.expiresAt,
        grantId,
        now / 1000,
        access.key,
        access.expiresAt,
        access.body,
        refresh?.key ?? null,
        refresh?.expiresAt ?? null,
        refresh?.body ?? null,
      ]),
  };
}
