// The server's end of the multiplexed stream: begins each call as it arrives and sends what finished, once a turn.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { PeerIdentity } from './caller.js';
import type { CallResult, Dispatch } from './dispatch.js';
import { encodeError, statusOf } from './errors.js';
import type { Call, ExchangeRequest, ExchangeResponse, Reply } from './gen/cardea/rpc/v1/stream.pb.js';

const empty = Buffer.alloc(0);

/** An abort signal made only when somebody looks: most handlers never do, and making one costs microseconds. */
function lazySignal(): { readonly signal: AbortSignal; abort(): void } {
  let controller: AbortController | undefined;
  let aborted = false;
  return {
    get signal() {
      controller ??= new AbortController();
      if (aborted) controller.abort();
      return controller.signal;
    },
    abort() {
      aborted = true;
      controller?.abort();
    },
  };
}

function toReply(id: number, result: CallResult): Reply {
  if (result.ok) return { id, status: 0, response: result.response, errorDetail: empty };
  if ('refusal' in result) return { id, status: grpcStatus[result.refusal], response: empty, errorDetail: empty };
  return { id, status: statusOf(result.error), response: empty, errorDetail: encodeError(result.error) };
}

/** Serves streams; `drain` tells each client to go elsewhere and settles when every outstanding call is answered. */
export interface StreamServer {
  serve(stream: ServerDuplexStream<ExchangeRequest, ExchangeResponse>, peer: PeerIdentity): void;
  drain(): Promise<void>;
}

/** @param maxOutstanding calls begun and not answered, a stream; more are shed at once */
export function createStreamServer(dispatch: Dispatch, maxOutstanding: number, now: () => number): StreamServer {
  const streams = new Set<{ announce(): void; idle(): Promise<void> }>();
  let draining = false;

  const serve: StreamServer['serve'] = (stream, peer) => {
    const outstanding = new Map<number, ReturnType<typeof lazySignal>>();
    let replies: Reply[] = [];
    let scheduled = false;
    let open = true;
    let whenIdle: (() => void) | undefined;

    const flush = (): void => {
      scheduled = false;
      if (!open) return;
      stream.write({ replies, draining });
      replies = [];
      if (outstanding.size === 0) whenIdle?.();
    };
    const schedule = (): void => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    };
    const begin = (call: Call): void => {
      if (outstanding.size >= maxOutstanding) {
        replies.push({ id: call.id, status: grpcStatus.RESOURCE_EXHAUSTED, response: empty, errorDetail: empty });
        schedule();
        return;
      }
      const lazy = lazySignal();
      outstanding.set(call.id, lazy);
      const incoming = {
        path: call.method,
        request: call.request,
        deadline: now() + call.timeoutMillis,
        traceparent: call.traceparent,
        peer,
        get signal() {
          return lazy.signal;
        },
      };
      void dispatch(incoming).then((result) => {
        outstanding.delete(call.id);
        replies.push(toReply(call.id, result));
        schedule();
      });
    };

    const entry = {
      announce: schedule,
      idle: () =>
        new Promise<void>((resolve) => {
          if (!open || (outstanding.size === 0 && replies.length === 0)) resolve();
          else whenIdle = resolve;
        }),
    };
    streams.add(entry);
    const end = (): void => {
      open = false;
      streams.delete(entry);
      for (const call of outstanding.values()) call.abort();
      whenIdle?.();
    };
    stream.on('data', (message: ExchangeRequest) => {
      for (const id of message.cancelledIds) outstanding.get(id)?.abort();
      for (const call of message.calls) begin(call);
    });
    stream.on('end', () => stream.end());
    stream.on('close', end);
    stream.on('cancelled', end);
    // A broken connection is the client's to mend; without a listener it would end this process.
    stream.on('error', end);
    if (draining) schedule();
  };

  return {
    serve,
    async drain() {
      draining = true;
      for (const entry of streams) entry.announce();
      await Promise.all([...streams].map((entry) => entry.idle()));
    },
  };
}
