// What happened, for operators: one counter and one log line an event, the busiest logged only when asked to, and what the audit
// stream says of it (docs/events.md).
import type { EventType, Log, Metrics } from '@cardea/service';
import { fromZero } from '@cardea/service';
import type { EventRecorder } from './event-stream/recorder.js';

/** Every event there is, and how loud it is. */
const loudness = {
  token_issued: 'debug',
  token_replayed: 'debug',
  token_refused: 'info',
  token_revoked: 'info',
  client_authentication_failed: 'info',
  code_given_up: 'warn',
  code_reuse_detected: 'warn',
  refresh_reuse_detected: 'warn',
  client_created: 'info',
  client_changed: 'info',
  client_secret_rotated: 'info',
  client_tokens_revoked: 'info',
  client_deleted: 'info',
  login_accepted: 'debug',
  login_rejected: 'debug',
  consent_refused: 'debug',
  session_ended: 'info',
  consents_revoked: 'info',
  issued_tokens_revoked: 'warn',
  logout_delivery_resent: 'info',
  issuer_trusted: 'info',
  trust_ended: 'info',
  signature_without_token: 'error',
  token_without_signature: 'error',
  signature_record_rewritten: 'error',
} as const;

export type EventName = keyof typeof loudness;

/** Members of an event's data that are called as the fields are. */
function asThey(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

/**
 * Those that the audit stream hears of from here, and the members of its data by the fields they are. What is not here is told by the transaction of
 * the change itself (migration 0031).
 */
const streamed: Partial<Readonly<Record<EventName, readonly [EventType, Readonly<Record<string, string>>]>>> = {
  token_issued: ['cardea.token.issued.v1', asThey('client_id', 'grant_type')],
  token_replayed: ['cardea.token.replayed.v1', asThey('client_id', 'grant_id')],
  token_refused: ['cardea.token.refused.v1', asThey('client_id', 'grant_type', 'error')],
  token_revoked: ['cardea.token.revoked.v1', asThey('client_id', 'token_use')],
  client_authentication_failed: [
    'cardea.client.authentication_failed.v1',
    { client_id: 'known_client', ...asThey('reason') },
  ],
  code_given_up: ['cardea.token.code_given_up.v1', asThey('client_id', 'grant_id')],
  code_reuse_detected: ['cardea.token.code_reuse_detected.v1', asThey('client_id', 'grant_id')],
  refresh_reuse_detected: ['cardea.token.refresh_reuse_detected.v1', asThey('client_id', 'grant_id')],
  client_tokens_revoked: ['cardea.token.ended.v1', asThey('client_id')],
  issued_tokens_revoked: ['cardea.token.ended.v1', asThey('client_id', 'families', 'tokens')],
  login_accepted: ['cardea.login.accepted.v1', asThey('client_id', 'remembered', 'person')],
  login_rejected: ['cardea.login.rejected.v1', asThey('client_id')],
  consent_refused: ['cardea.consent.refused.v1', asThey('client_id', 'person')],
  session_ended: ['cardea.session.ended.v1', asThey('sid')],
};

export interface Events {
  /** @param fields must not hold secrets; ids are fine */
  record(name: EventName, fields: Readonly<Record<string, string>>): void;
}

/** @param recorder writes what the audit stream says; without one it says nothing */
export function createEvents(log: Log, metrics: Metrics, recorder?: Pick<EventRecorder, 'record' | 'wants'>): Events {
  const names = Object.keys(loudness);
  const counter = fromZero(
    metrics.counter('cardea_events_total', 'Business events.', ['event']),
    ...names.map((event) => ({ event })),
  );
  const counters = new Map(names.map((name) => [name, counter.labels(name)]));
  const heard = new Map(Object.entries(streamed).filter(([, [type]]) => recorder?.wants(type) === true));
  return {
    record(name, fields) {
      counters.get(name)?.inc();
      log[loudness[name]]({ event: name, ...fields }, name);
      const said = heard.get(name);
      if (said === undefined) return;
      const [type, members] = said;
      const data: Record<string, string> = {};
      for (const member in members) {
        const value = fields[members[member] ?? ''];
        if (value !== undefined && value !== '') data[member] = value;
      }
      recorder?.record(type, data);
    },
  };
}
