// The server's end of the multiplexed stream: begins each call as it arrives and sends what finished, once a turn.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { CallSignal } from './call-signal.js';
import { createCallTable } from './call-table.js';
import type { PeerIdentity } from './caller.js';
import type { CallResult, Dispatch, Refusal } from './dispatch.js';
import { encodeError, statusOf } from './errors.js';
import type { Call, ExchangeRequest, ExchangeResponse, Reply } from './gen/cardea/rpc/v1/stream.pb.js';
import { batchBytes } from './limits.js';

const empty = Buffer.alloc(0);

function refusalReply(id: number, refusal: Refusal): Reply {
  return { id, status: grpcStatus[refusal], response: empty, errorDetail: empty };
}

function toReply(id: number, result: CallResult): Reply {
  if (result.ok) return { id, status: 0, response: result.response, errorDetail: empty };
  if ('refusal' in result) return refusalReply(id, result.refusal);
  return { id, status: statusOf(result.error), response: empty, errorDetail: encodeError(result.error) };
}

/** Serves streams, asks their clients to leave them, and tells those who have a choice whether to come here. */
export interface StreamServer {
  serve(stream: ServerDuplexStream<ExchangeRequest, ExchangeResponse>, peer: PeerIdentity): void;
  /** From now on every client is told to go elsewhere. Each ends its stream once it has all its answers. */
  drain(): void;
  /** Whether clients that have a choice had better ask another replica. */
  advise(unready: boolean): void;
  /** Streams that are open. */
  readonly open: number;
}

/**
 * @param maxOutstanding calls begun and not answered, a stream; more are shed at once
 * @param age what a call that arrives now may have waited unread, milliseconds: its caller's patience began before
 */
export function createStreamServer(
  dispatch: Dispatch,
  { maxOutstanding, now, age }: { maxOutstanding: number; now: () => number; age: () => number },
): StreamServer {
  const announcements = new Set<() => void>();
  let draining = false;
  let unready = false;

  const serve: StreamServer['serve'] = (stream, peer) => {
    const outstanding = createCallTable<CallSignal>();
    let replies: Reply[] = [];
    let scheduled = false;
    let paused = false;
    let halfClosed = false;
    let open = true;

    const schedule = (): void => {
      if (scheduled || !open) return;
      scheduled = true;
      setImmediate(flush);
    };
    const flush = (): void => {
      scheduled = false;
      if (!open || paused) return;
      const batch = takeBatch(replies);
      replies = batch.length === replies.length ? [] : replies.slice(batch.length);
      // A client that does not read gets no more written to it; what it may still begin is bounded.
      paused = !stream.write({ replies: batch, draining, unready });
      if (replies.length > 0) schedule();
      endWhenDone();
    };
    const endWhenDone = (): void => {
      if (!halfClosed || !open || outstanding.size > 0 || replies.length > 0) return;
      open = false;
      announcements.delete(schedule);
      stream.end();
    };
    const reply = (message: Reply): void => {
      replies.push(message);
      // Refusals weigh something too: who reads none of them is not read from either.
      if (paused && replies.length >= maxOutstanding) stream.pause();
      schedule();
    };
    const begin = (call: Call): void => {
      if (outstanding.size + replies.length >= maxOutstanding)
        return reply(refusalReply(call.id, 'RESOURCE_EXHAUSTED'));
      if (outstanding.get(call.id) !== undefined) return reply(refusalReply(call.id, 'INVALID_ARGUMENT'));
      const deadline = now() + call.timeoutMillis - age();
      const signal = new CallSignal(deadline, now);
      outstanding.add(call.id, signal);
      const { method: path, request, traceparent } = call;
      void dispatch({ path, request, deadline, signal, traceparent, peer }).then((result) => {
        outstanding.delete(call.id);
        reply(toReply(call.id, result));
      });
    };
    const end = (): void => {
      if (!open) return;
      open = false;
      announcements.delete(schedule);
      for (const signal of outstanding.all()) signal.abort();
    };

    announcements.add(schedule);
    stream.on('data', (message: ExchangeRequest) => {
      for (const id of message.cancelledIds) outstanding.get(id)?.abort();
      for (const call of message.calls) begin(call);
    });
    stream.on('drain', () => {
      paused = false;
      stream.resume();
      schedule();
    });
    stream.on('end', () => {
      halfClosed = true;
      endWhenDone();
    });
    stream.on('close', end);
    stream.on('cancelled', end);
    // A broken connection is the client's to mend; without a listener it would end this process.
    stream.on('error', end);
    // Headers go out at once: they tell the client that its calls have somebody to go to.
    stream.sendMetadata(new Metadata());
    if (draining || unready) schedule();
  };

  return {
    serve,
    drain() {
      draining = true;
      for (const announce of announcements) announce();
    },
    advise(isUnready) {
      if (unready === isUnready) return;
      unready = isUnready;
      for (const announce of announcements) announce();
    },
    get open() {
      return announcements.size;
    },
  };
}

/** As many replies as fit into one message, one at least. */
function takeBatch(replies: Reply[]): Reply[] {
  let bytes = 0;
  for (let i = 0; i < replies.length; i++) {
    bytes += (replies[i]?.response.length ?? 0) + 64;
    if (bytes >= batchBytes) return i + 1 === replies.length ? replies : replies.slice(0, i + 1);
  }
  return replies;
}
