// Every change that somebody makes through the admin API is kept before they hear that it was made (security §2.5, J12).
import type { Handler, Route } from '@cardea/http';
import { contextOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import { auditV1 } from '@cardea/rpc';
import type { Log, Metrics } from '@cardea/service';
import { fromZero } from '@cardea/service';
import type { IncomingMessage } from 'node:http';
import type { Caller } from './authentication/caller.js';
import { callerOf } from './authentication/caller.js';
import { holdAnswer } from './hold-answer.js';
import type { Refusals } from './refusals.js';

type AuditClient = Pick<ClientOf<typeof auditV1.AuditServiceService>, 'recordEvent'>;

export interface Audit {
  /** The same routes; those that change something keep a record of it. */
  of(routes: readonly Route[]): Route[];
  /** Counts and logs somebody who was turned away. */
  refused(request: IncomingMessage, caller: Caller | undefined): void;
}

const changes = ['post', 'put', 'patch', 'delete'] as const;
const longestTarget = 500;

/** @param options.refusals tells the audit stream whom was turned away */
export function createAudit(options: {
  audit: AuditClient;
  refusals: Pick<Refusals, 'add'>;
  log: Log;
  metrics: Metrics;
}): Audit {
  const { audit, refusals: told, log, metrics } = options;
  const counter = metrics.counter('cardea_admin_changes_total', 'Changes through the admin API.', [
    'action',
    'outcome',
  ]);
  const refusals = fromZero(
    metrics.counter('cardea_admin_refused_total', 'Callers the admin API turned away.', ['reason']),
    { reason: 'unauthorized' },
    { reason: 'forbidden' },
  );

  const eventOf = (
    request: IncomingMessage,
    action: string,
    { status, made }: { readonly status: number; readonly made?: string | undefined },
  ): auditV1.AuditEvent => {
    const caller = callerOf(request);
    const event = auditV1.AuditEvent.create({
      actor: caller?.name ?? '',
      authentication: caller?.authentication ?? '',
      action,
      target: made ?? targetOf(request),
      status,
      requestId: contextOf(request).requestId,
    });
    log.info(
      { audit: true, ...named(event), target: withoutPerson(event.target) },
      'an administrator changed something',
    );
    return event;
  };

  const recorded =
    (action: string, handler: Handler): Handler =>
    async (request, response) => {
      const held = holdAnswer(response);
      try {
        await handler(request, response);
      } catch (error) {
        held.discard();
        counter.inc({ action, outcome: 'failed' });
        const { status } = OAuthError.from(error);
        // A refusal changed nothing. Of a failure nobody knows, so it is recorded as far as that can be done.
        if (status >= 500)
          await audit.recordEvent({ event: eventOf(request, action, { status }) }).catch(() => undefined);
        throw error;
      }
      try {
        // The caller may be gone; what was done is recorded all the same.
        const answer = { status: held.status(), made: held.location() };
        await audit.recordEvent({ event: eventOf(request, action, answer) });
      } catch (error) {
        held.discard();
        counter.inc({ action, outcome: 'unrecorded' });
        throw error;
      }
      counter.inc({ action, outcome: 'done' });
      held.release();
    };

  return {
    of: (routes) =>
      routes.map((route) => {
        const all = changes.flatMap((method) => {
          const handler = route[method];
          return handler === undefined ? [] : [[method, recorded(`${method.toUpperCase()} ${route.path}`, handler)]];
        });
        return { ...route, ...(Object.fromEntries(all) as Partial<Route>) };
      }),
    refused(request, caller) {
      const reason = caller === undefined ? 'unauthorized' : 'forbidden';
      refusals.inc({ reason });
      told.add({ reason, actor: caller?.name ?? '', method: request.method ?? '' });
      const { requestId } = contextOf(request);
      log.warn(
        {
          audit: true,
          actor: caller?.name ?? '',
          method: request.method,
          target: withoutPerson(targetOf(request)),
          request_id: requestId,
        },
        'a caller of the admin API was turned away',
      );
    },
  };
}

/** The path and its query; neither holds a secret of who changes anything, and both are what a reader looks for. */
const targetOf = (request: IncomingMessage) => (request.url ?? '').slice(0, longestTarget);

/** What a log may say of a target: the record, which is for auditors, has all of it. */
const withoutPerson = (target: string) =>
  target.replace(/([?&](?:subject|[a-z_]*(?:challenge|verifier|hint))=)[^&]*/g, '$1…');

const named = ({ actor, authentication, action, target, status, requestId }: auditV1.AuditEvent) => ({
  actor,
  authentication,
  action,
  target,
  status,
  request_id: requestId,
});
