// Takes calls, gives each to a replica (choice.ts), and settles it once: answered, failed, too late, or lost. What was lost, or lies
// with a replica that says nothing, goes to another one when that is safe: it never left, or its method is idempotent
// (performance §5 rule 2).
import { status as grpcStatus } from '@grpc/grpc-js';
import { OAuthError } from '@cardea/oauth';
import { createCallTable } from './call-table.js';
import { createChoice, isSilent } from './choice.js';
import { transportError } from './errors.js';
import type { Link, LinkEvents } from './link.js';
import type { Carrier, OutgoingCall, PendingCall } from './pending-call.js';
import { lostMillis } from './silence.js';

export interface CallDesk {
  /** @returns the encoded response; rejects with an OAuthError */
  send(call: OutgoingCall): Promise<Buffer>;
  /** What links tell. */
  readonly events: LinkEvents;
  /** Calls asked and not answered. */
  readonly outstanding: number;
  /** Calls refused because too many were outstanding. */
  readonly shed: number;
  close(): void;
}

const sweepMillis = 50;
/** How often a call that was sent is taken from a peer that says nothing: where all are slow, each move makes the next one slower. */
const mostMoves = 2;
/** Of a longer pause between two sweeps the rest was a time in which this process did not run, and heard nobody. */
const longestStepMillis = 2 * sweepMillis;

const busy = () => new OAuthError('temporarily_unavailable', 'Too many calls are waiting.', { retryAfterSeconds: 1 });
const late = () => new OAuthError('temporarily_unavailable', 'A service behind this one did not answer in time.');
const unwanted = () => new OAuthError('temporarily_unavailable', 'The caller did not wait for the answer.');
const unreachable = (cause: unknown) =>
  new OAuthError('temporarily_unavailable', 'A service behind this one cannot be reached.', { cause });

/**
 * @param links the replicas there are at the moment; asked at every call, so it must be cheap
 * @param maxOutstanding more calls than this are shed at once, without touching the network
 * @param patienceMillis how long calls wait for a peer that nobody reaches; later ones fail at once until it is back
 * @param gather whether calls are gathered at one replica (choice.ts)
 */
export function createCallDesk(
  links: () => readonly Link[],
  options: { readonly maxOutstanding: number; readonly patienceMillis: number; readonly gather: boolean },
): CallDesk {
  const { maxOutstanding, patienceMillis, gather } = options;
  const choose = createChoice<Link>(gather);
  const outstanding = createCallTable<PendingCall>();
  let lastNumber = 0;
  const waiting = new Set<PendingCall>();
  /** Of those few that were taken from a peer that said nothing. */
  const moves = new WeakMap<PendingCall, number>();
  let unreachableSince: number | undefined;
  let lastCause: unknown;
  let sweeper: NodeJS.Timeout | undefined;
  let sweptAt: number | undefined;
  let shed = 0;
  let closed = false;

  const pick = (): Link | undefined => choose(links());

  /** Takes a call from a peer that says nothing, if there is one that does. */
  const leaveSilence = (call: PendingCall, carrier: Carrier): void => {
    const link = pick();
    if (link === undefined || isSilent(link)) return;
    const moved = moves.get(call) ?? 0;
    if (!call.sent || (call.idempotent && moved < mostMoves)) {
      if (call.sent) moves.set(call, moved + 1);
      carrier.cancel(call);
      call.sent = false;
      link.send(call);
    } else if (carrier.silentMillis >= lostMillis) abandon(call, late());
  };

  const settle = (call: PendingCall): boolean => {
    if (call.settled) return false;
    call.settled = true;
    outstanding.delete(call.number);
    waiting.delete(call);
    call.forget?.();
    return true;
  };
  const refuse = (call: PendingCall, error: OAuthError): void => {
    if (settle(call)) call.reject(error);
  };
  const abandon = (call: PendingCall, error: OAuthError): void => {
    const { carrier } = call;
    refuse(call, error);
    carrier?.cancel(call);
  };

  const place = (call: PendingCall): void => {
    const link = pick();
    if (link !== undefined) {
      link.send(call);
      return;
    }
    const now = Date.now();
    unreachableSince ??= now;
    if (now - unreachableSince > patienceMillis) return refuse(call, unreachable(lastCause));
    waiting.add(call);
    for (const each of links()) each.open();
  };

  const sweep = (): void => {
    const now = Date.now();
    const step = Math.min(Math.max(0, now - (sweptAt ?? now)), longestStepMillis);
    sweptAt = now;
    for (const link of links()) link.listen(step);
    const impatient = unreachableSince !== undefined && now - unreachableSince > patienceMillis;
    for (const call of outstanding.all()) {
      if (call.deadline <= now) abandon(call, late());
      else if (impatient && waiting.has(call)) refuse(call, unreachable(lastCause));
      else if (call.carrier !== undefined && isSilent(call.carrier)) leaveSilence(call, call.carrier);
    }
    if (outstanding.size > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
    sweptAt = undefined;
  };

  const events: LinkEvents = {
    ready() {
      unreachableSince = undefined;
      lastCause = undefined;
      const calls = [...waiting];
      waiting.clear();
      for (const call of calls) place(call);
    },
    unready(cause) {
      if (pick() !== undefined) return;
      unreachableSince ??= Date.now();
      lastCause = cause;
    },
    answered(call, response) {
      if (settle(call)) call.resolve(response);
    },
    failed: refuse,
    lost(call, sent, cause) {
      lastCause = cause;
      if (call.settled) return;
      call.carrier = undefined;
      const again = !sent || (call.idempotent && !call.replayed);
      if (closed || !again) return refuse(call, transportError(grpcStatus.UNAVAILABLE, cause));
      if (sent) call.replayed = true;
      place(call);
    },
  };

  return {
    events,
    get outstanding() {
      return outstanding.size;
    },
    get shed() {
      return shed;
    },
    send(call) {
      if (closed) return Promise.reject(unreachable(new Error('the peer was closed')));
      if (call.signal?.aborted === true) return Promise.reject(unwanted());
      if (outstanding.size >= maxOutstanding) {
        shed++;
        return Promise.reject(busy());
      }
      // Through setImmediate: after a stall, answers that lie in the socket are read before anything counts as late.
      // It keeps a process alive that has nothing else to do than to wait for the answer, or to be told that there is none.
      sweeper ??= setInterval(() => setImmediate(sweep), sweepMillis);
      const { signal } = call;
      if (signal === undefined) return new Promise((resolve, reject) => begin(call, resolve, reject));
      return new Promise<Buffer>((resolve, reject) => {
        const pending = begin(call, resolve, reject);
        const abort = (): void => abandon(pending, unwanted());
        signal.addEventListener('abort', abort, { once: true });
        // Whoever waits on a long-lived signal must not leave a listener behind for every call.
        const forget = (): void => signal.removeEventListener('abort', abort);
        pending.forget = forget;
      });
    },
    close() {
      closed = true;
      clearInterval(sweeper);
      for (const call of outstanding.all()) abandon(call, unreachable(new Error('the peer was closed')));
    },
  };

  function begin(call: OutgoingCall, resolve: PendingCall['resolve'], reject: PendingCall['reject']): PendingCall {
    const pending: PendingCall = {
      path: call.path,
      request: call.request,
      deadline: call.deadline,
      traceparent: call.traceparent,
      idempotent: call.idempotent,
      hot: call.hot,
      signal: call.signal,
      number: (lastNumber = (lastNumber + 1) >>> 0),
      id: 0,
      carrier: undefined,
      sent: false,
      sentAt: 0,
      replayed: false,
      settled: false,
      forget: undefined,
      resolve,
      reject,
    };
    outstanding.add(pending.number, pending);
    place(pending);
    return pending;
  }
}
