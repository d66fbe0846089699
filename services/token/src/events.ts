// What happened, for operators: one counter and one log line an event; the busiest ones log only when asked to.
import type { Log, Metrics } from '@cardea/service';

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

export interface Events {
  /** @param fields must not hold secrets; ids are fine */
  record(name: EventName, fields: Readonly<Record<string, string>>): void;
}

export function createEvents(log: Log, metrics: Metrics): Events {
  const counter = metrics.counter('cardea_events_total', 'Business events.', ['event']);
  const counters = new Map(Object.keys(loudness).map((name) => [name, counter.labels(name)]));
  return {
    record(name, fields) {
      counters.get(name)?.inc();
      log[loudness[name]]({ event: name, ...fields }, name);
    },
  };
}
