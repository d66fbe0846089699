// The client's end of one multiplexed stream: what is asked in one turn of the event loop leaves in one message
// (performance §5 rule 2). It lives as long as its connection and is never reopened; a link opens the next one.
import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import { Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { OAuthError } from '@cardea/oauth';
import { createCallTable } from './call-table.js';
import { decodeError, transportError } from './errors.js';
import type { Call, Reply } from './gen/cardea/rpc/v1/stream.pb.js';
import { ExchangeRequest, ExchangeResponse, StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';
import { batchBytes, itemBytes } from './limits.js';
import type { CallEvents, Carrier, PendingCall } from './pending-call.js';
import { createSilence } from './silence.js';

export interface ConnectionEvents extends CallEvents {
  /** The server took the stream; calls may be sent. */
  opened(): void;
  /** The server wants no further calls here. */
  draining(): void;
  /** Over, for whatever reason, or never begun. Told once. */
  closed(cause: unknown): void;
}

export interface StreamConnection extends Carrier {
  send(call: PendingCall): void;
  /** Calls sent and not answered. */
  readonly outstanding: number;
  /** Whether the server lacks something that it needs, as it said last. */
  readonly unready: boolean;
  /** How long its last answers took on average; undefined before the first. */
  readonly answerMillis: number | undefined;
  /** Lets time pass. @param owed whether the same peer owes answers that travel elsewhere */
  listen(stepMillis: number, owed: boolean): void;
  /** Half-closes as soon as nothing is owed. What was not sent yet is handed back. */
  leave(): void;
  /** Ends at once; whatever is owed is lost. */
  destroy(): void;
}

/** The average is of about as many answers. */
const remembered = 32;

/** What the message around a request costs, roughly. */
const envelopeBytes = 128;

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Of no call and no method: a server of any version refuses it at once, and that is answer enough. */
const areYouThere: Call = { id: 0, method: '', request: Buffer.alloc(0), timeoutMillis: 1_000, traceparent: '' };

/** The most that the wire can say about how long a call may take. */
const longestTimeoutMillis = 0xffff_ffff;

/** Begins a stream. When the peer cannot be reached it closes, and `closed` says why. */
export function openConnection(client: Client, events: ConnectionEvents): StreamConnection {
  const stream: ClientDuplexStream<ExchangeRequest, ExchangeResponse> = client.makeBidiStreamRequest(
    StreamServiceService.exchange.path,
    (message: ExchangeRequest) => asBuffer(ExchangeRequest.encode(message).finish()),
    ExchangeResponse.decode,
    new Metadata(),
  );
  const owed = createCallTable<PendingCall>();
  let queue: PendingCall[] = [];
  let cancelledIds: number[] = [];
  let nextId = 0;
  let scheduled = false;
  let paused = false;
  let asking = false;
  let leaving = false;
  let ended = false;
  let over = false;
  let unready = false;
  let answerMillis: number | undefined;

  const silence = createSilence(() => {
    asking = true;
    schedule();
  });

  const schedule = (): void => {
    if (scheduled || ended || over) return;
    scheduled = true;
    setImmediate(flush);
  };
  const flush = (): void => {
    scheduled = false;
    if (ended || over || paused) return;
    const now = Date.now();
    const calls: Call[] = asking ? [areYouThere] : [];
    asking = false;
    let bytes = 0;
    let taken = 0;
    while (taken < queue.length && bytes < batchBytes) {
      const call = queue[taken++];
      if (call === undefined || call.settled) continue;
      const { id, path, request, traceparent } = call;
      owed.add(id, call);
      call.sent = true;
      call.sentAt = now;
      calls.push({
        id,
        method: path,
        request,
        timeoutMillis: Math.min(longestTimeoutMillis, Math.max(1, Math.round(call.deadline - now))),
        traceparent,
      });
      bytes += request.length + envelopeBytes;
    }
    queue = taken === queue.length ? [] : queue.slice(taken);
    if (calls.length > 0 || cancelledIds.length > 0) {
      // A full buffer stops the writing, not the asking: calls gather in the queue until 'drain'.
      paused = !stream.write({ calls, cancelledIds });
      cancelledIds = [];
    }
    if (queue.length > 0) schedule();
    endWhenDone();
  };
  const endWhenDone = (): void => {
    if (!leaving || ended || over || owed.size > 0 || queue.length > 0) return;
    ended = true;
    stream.end();
  };

  const settle = (reply: Reply, now: number): void => {
    const call = owed.get(reply.id);
    if (call === undefined) return;
    owed.delete(reply.id);
    const took = Math.max(0, now - call.sentAt);
    answerMillis = answerMillis === undefined ? took : answerMillis + (took - answerMillis) / remembered;
    if (reply.status === 0) events.answered(call, reply.response);
    else events.failed(call, replyError(reply, call.path));
  };

  const close = (cause: unknown): void => {
    if (over) return;
    over = true;
    events.closed(cause);
    for (const call of owed.all()) if (owed.delete(call.id)) events.lost(call, true, cause);
    for (const call of queue) events.lost(call, false, cause);
    queue = [];
  };

  stream.on('metadata', () => events.opened());
  stream.on('data', (message: ExchangeResponse) => {
    silence.heard();
    unready = message.unready;
    const now = Date.now();
    for (const reply of message.replies) settle(reply, now);
    if (message.draining && !leaving) events.draining();
    endWhenDone();
  });
  stream.on('drain', () => {
    paused = false;
    schedule();
  });
  stream.on('error', close);
  stream.on('end', () => close(new Error('the peer closed the stream')));

  return {
    get outstanding() {
      return owed.size + queue.length;
    },
    send(call) {
      if (call.request.length > itemBytes) {
        events.failed(call, new OAuthError('request_too_large'));
        return;
      }
      // Ids come round again after a day at full load; one that is still owed is passed over.
      do nextId = nextId === 0xffff_ffff ? 1 : nextId + 1;
      while (owed.get(nextId) !== undefined);
      call.id = nextId;
      queue.push(call);
      schedule();
    },
    get unready() {
      return unready;
    },
    get answerMillis() {
      return answerMillis;
    },
    get silentMillis() {
      return silence.millis;
    },
    listen(stepMillis, alsoOwed) {
      silence.pass(stepMillis, alsoOwed || owed.size > 0 || queue.length > 0);
    },
    cancel(call) {
      if (owed.delete(call.id)) {
        cancelledIds.push(call.id);
        schedule();
      } else queue = queue.filter((waiting) => waiting !== call);
    },
    leave() {
      leaving = true;
      const unsent = queue;
      queue = [];
      for (const call of unsent) events.lost(call, false, new Error('the peer drains'));
      endWhenDone();
    },
    destroy() {
      stream.cancel();
      close(new Error('the connection was closed on this side'));
    },
  };
}

function replyError(reply: Reply, path: string): OAuthError {
  if (reply.errorDetail.length > 0) return decodeError(reply.errorDetail);
  return transportError(reply.status, new Error(`${path}: ${grpcStatus[reply.status] ?? String(reply.status)}`));
}
