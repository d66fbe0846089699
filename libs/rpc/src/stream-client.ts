// The client's end of the multiplexed stream: what was asked in one turn of the event loop leaves in one message.
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { Client, status as grpcStatus } from '@grpc/grpc-js';
import { OAuthError } from '@cardea/oauth';
import { decodeError, transportError } from './errors.js';
import type { Call, ExchangeRequest, ExchangeResponse } from './gen/cardea/rpc/v1/stream.pb.js';
import { StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';

/** A call on its way. */
export interface OutgoingCall {
  readonly path: string;
  readonly request: Buffer;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly traceparent: string;
  /** Whether a call whose answer was lost may be sent once more. */
  readonly idempotent: boolean;
  readonly signal: AbortSignal | undefined;
}

interface Outstanding {
  readonly call: OutgoingCall;
  readonly resolve: (response: Buffer) => void;
  readonly reject: (error: OAuthError) => void;
  replayed: boolean;
  forget: (() => void) | undefined;
}

type Stream = ClientDuplexStream<ExchangeRequest, ExchangeResponse>;

/** One stream to one address, opened again whenever it breaks. */
export interface StreamClient {
  send(call: OutgoingCall): Promise<Buffer>;
  /** Calls sent and not answered. */
  readonly outstanding: number;
  close(): void;
}

const busy = () => new OAuthError('temporarily_unavailable', 'Too many calls are waiting.', { retryAfterSeconds: 1 });
const late = () => new OAuthError('temporarily_unavailable', 'A service behind this one did not answer in time.');
/** How long a call may wait for a stream before its peer counts as unreachable. */
const connectPatienceMillis = 1_000;
const maxBackoffMillis = 500;

/** @param maxOutstanding more calls than this are shed at once, without touching the network */
export function createStreamClient(client: Client, maxOutstanding: number): StreamClient {
  let stream: Stream | undefined;
  /** Whether the present stream has ever answered; until then its calls wait, and a failure is a failed connect. */
  let attempts = 0;
  let reopenTimer: NodeJS.Timeout | undefined;
  let closed = false;
  let nextId = 1;
  let queue: Call[] = [];
  let cancelled: number[] = [];
  let scheduled = false;
  let paused = false;
  let sweepTimer: NodeJS.Timeout | undefined;
  const pending = new Map<number, Outstanding>();
  /** Streams the server asked us to leave; they still owe answers. */
  const leaving = new Map<Stream, Set<number>>();
  let current = new Set<number>();

  const flush = (): void => {
    scheduled = false;
    if (stream === undefined || paused || (queue.length === 0 && cancelled.length === 0)) return;
    const now = Date.now();
    const calls = queue;
    for (const call of calls) {
      const item = pending.get(call.id);
      if (item !== undefined) call.timeoutMillis = Math.max(1, item.call.deadline - now);
      current.add(call.id);
    }
    const message = { calls, cancelledIds: cancelled };
    queue = [];
    cancelled = [];
    // A full buffer stops the writing, not the asking: calls gather in the queue until 'drain'.
    paused = !stream.write(message);
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  const settle = (id: number): Outstanding | undefined => {
    const item = pending.get(id);
    if (item === undefined) return undefined;
    pending.delete(id);
    item.forget?.();
    return item;
  };

  const enqueue = (id: number, call: OutgoingCall): void => {
    queue.push({ id, method: call.path, request: call.request, timeoutMillis: 1, traceparent: call.traceparent });
    schedule();
  };

  const onData = (from: Stream, owed: Set<number>, message: ExchangeResponse): void => {
    attempts = 0;
    for (const reply of message.replies) {
      owed.delete(reply.id);
      const item = settle(reply.id);
      if (item === undefined) continue;
      if (reply.status === 0) item.resolve(reply.response);
      else if (reply.errorDetail.length > 0) item.reject(decodeError(reply.errorDetail));
      else if (reply.status === grpcStatus.RESOURCE_EXHAUSTED) item.reject(busy());
      else item.reject(transportError(reply.status, new Error(`gRPC status ${grpcStatus[reply.status] ?? ''} from ${item.call.path}`)));
    }
    if (message.draining && from === stream) {
      leaving.set(from, owed);
      open();
    }
    if (leaving.has(from) && owed.size === 0) {
      leaving.delete(from);
      from.end();
    }
  };

  const onBroken = (from: Stream, owed: Set<number>, error: unknown): void => {
    leaving.delete(from);
    for (const id of owed) {
      const item = pending.get(id);
      if (item === undefined) continue;
      if (item.call.idempotent && !item.replayed && !closed && item.call.deadline > Date.now()) {
        item.replayed = true;
        enqueue(id, item.call);
      } else {
        settle(id)?.reject(transportError(grpcStatus.UNAVAILABLE, error));
      }
    }
    owed.clear();
    if (from !== stream) return;
    stream = undefined;
    if (closed || reopenTimer !== undefined) return;
    // The first retry is immediate, so that a restarted peer is found at once; later ones spread out.
    const wait = attempts === 0 ? 0 : Math.min(maxBackoffMillis, 25 * 2 ** attempts) * (0.5 + Math.random() / 2);
    attempts++;
    reopenTimer = setTimeout(() => {
      reopenTimer = undefined;
      open();
    }, wait);
    reopenTimer.unref();
  };

  function open(): void {
    if (closed) return;
    const opened = client.makeBidiStreamRequest(
      StreamServiceService.exchange.path,
      StreamServiceService.exchange.requestSerialize,
      StreamServiceService.exchange.responseDeserialize,
    ) as Stream;
    const owed = new Set<number>();
    stream = opened;
    current = owed;
    paused = false;
    opened.on('data', (message: ExchangeResponse) => onData(opened, owed, message));
    opened.on('error', (error) => onBroken(opened, owed, error));
    opened.on('end', () => onBroken(opened, owed, new Error('the peer closed the stream')));
    opened.on('drain', () => {
      if (stream === opened) paused = false;
      schedule();
    });
    schedule();
  }

  /** Fails calls past their deadline, and calls that wait for a peer nobody reaches. One timer for all of them. */
  const sweep = (): void => {
    const now = Date.now();
    const unreachable = attempts > 0 || stream === undefined;
    const waiting = new Set(unreachable ? queue.map((call) => call.id) : []);
    for (const [id, item] of pending) {
      const impatient = item.call.deadline <= now;
      const stranded = unreachable && (waiting.has(id) || current.has(id)) && strandedSince !== 0 && now - strandedSince > connectPatienceMillis;
      if (!impatient && !stranded) continue;
      queue = queue.filter((call) => call.id !== id);
      if (current.delete(id)) cancelled.push(id);
      settle(id)?.reject(late());
    }
    strandedSince = unreachable ? strandedSince || now : 0;
    if (cancelled.length > 0) schedule();
    if (pending.size === 0 && sweepTimer !== undefined) {
      clearInterval(sweepTimer);
      sweepTimer = undefined;
      strandedSince = 0;
    }
  };
  let strandedSince = 0;

  return {
    get outstanding() {
      return pending.size;
    },
    send(call) {
      if (closed) return Promise.reject(transportError(grpcStatus.UNAVAILABLE, new Error('the peer was closed')));
      if (pending.size >= maxOutstanding) return Promise.reject(busy());
      if (stream === undefined && reopenTimer === undefined) open();
      return new Promise((resolve, reject) => {
        const id = nextId;
        nextId = nextId === 0xffff_ffff ? 1 : nextId + 1;
        const item: Outstanding = { call, resolve, reject, replayed: false, forget: undefined };
        pending.set(id, item);
        if (call.signal !== undefined) {
          const abort = (): void => {
            cancelled.push(id);
            schedule();
            settle(id)?.reject(late());
          };
          call.signal.addEventListener('abort', abort, { once: true });
          item.forget = () => call.signal?.removeEventListener('abort', abort);
        }
        sweepTimer ??= setInterval(sweep, 100).unref();
        enqueue(id, call);
      });
    },
    close() {
      closed = true;
      clearTimeout(reopenTimer);
      clearInterval(sweepTimer);
      for (const open of [stream, ...leaving.keys()]) open?.end();
      for (const id of [...pending.keys()]) settle(id)?.reject(late());
    },
  };
}
