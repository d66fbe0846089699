// One replica of a peer: its channel, the stream that is open on it now, and the opening of the next when that one ends.
import type { ChannelCredentials, ChannelOptions, ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { OAuthError } from '@cardea/oauth';
import { nameOverride } from './credentials.js';
import { decodeError, errorTrailer, neverBegan, transportError } from './errors.js';
import { messageBytes } from './limits.js';
import type { Candidate } from './choice.js';
import type { CallEvents, Carrier, PendingCall } from './pending-call.js';
import type { StreamConnection } from './stream-connection.js';
import { openConnection } from './stream-connection.js';

export interface LinkEvents extends CallEvents {
  /** Calls may be sent from now on. */
  ready(): void;
  /** No further calls until `ready` is told again, and why; told at every attempt that fails. */
  unready(cause: unknown): void;
}

export interface Link extends Candidate {
  /** Begins to connect, and stays connected from then on. */
  open(): void;
  /** Lets time pass. */
  listen(stepMillis: number): void;
  send(call: PendingCall): void;
  /** Closes once everything sent is answered, or after a while. */
  leave(): void;
  close(): void;
}

const firstPauseMillis = 20;
/** How long after its return a peer is noticed at most, about. */
const longestPauseMillis = 500;
/** A stream that lasted this long was a good one: what follows it is a first attempt again. */
const steadyMillis = 1_000;
const farewellMillis = 10_000;

const channelOptions: ChannelOptions = {
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  // Calls between our own processes carry secrets; a proxy of the environment is not asked to forward them.
  'grpc.enable_http_proxy': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': firstPauseMillis,
  'grpc.max_reconnect_backoff_ms': longestPauseMillis,
  // A machine that vanished says nothing; pings find out, and end what nobody waits for any more (silence.ts).
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.max_receive_message_length': messageBytes,
  'grpc.max_send_message_length': messageBytes,
};

/** Where a replica is, and how to know it. */
export interface Target {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  /** The name its certificate must carry, where that is not the host of the address. */
  readonly serverName: string | undefined;
}

export function createLink(
  { address, serverName }: Target,
  credentials: ChannelCredentials,
  events: LinkEvents,
  random: () => number,
): Link {
  const client = new Client(address, credentials, { ...channelOptions, ...nameOverride(serverName) });
  const streams = new Set<StreamConnection>();
  let current: StreamConnection | undefined;
  let opening: StreamConnection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let attempts = 0;
  let rare = 0;
  let gone = false;

  const reopen = (livedMillis: number): void => {
    if (gone || opening !== undefined || timer !== undefined) return;
    attempts = livedMillis >= steadyMillis ? 0 : attempts + 1;
    if (attempts <= 1) return open();
    // Full jitter over half of the pause: a fleet that lost its peer does not come back as one.
    const pause =
      Math.min(longestPauseMillis, firstPauseMillis * 2 ** Math.min(attempts - 2, 10)) * (0.5 + random() / 2);
    timer = setTimeout(() => {
      timer = undefined;
      open();
    }, pause);
    timer.unref();
  };

  function open(): void {
    if (gone || opening !== undefined || current !== undefined || timer !== undefined) return;
    let openedAt = Date.now();
    const connection: StreamConnection = openConnection(client, {
      answered: events.answered,
      failed: events.failed,
      lost: events.lost,
      opened() {
        openedAt = Date.now();
        opening = undefined;
        if (gone) return connection.leave();
        current = connection;
        events.ready();
      },
      draining() {
        standDown(new Error(`${address} drains`));
        connection.leave();
        reopen(Date.now() - openedAt);
      },
      closed(cause) {
        streams.delete(connection);
        if (opening === connection) {
          opening = undefined;
          if (!gone) events.unready(cause);
        }
        standDown(cause);
        if (gone && streams.size === 0 && rare === 0) client.close();
        // A stream that left was replaced when it was told to leave.
        if (current === undefined) reopen(Date.now() - openedAt);
      },
    });
    const standDown = (cause: unknown): void => {
      if (current !== connection) return;
      current = undefined;
      events.unready(cause);
    };
    opening = connection;
    streams.add(connection);
  }

  const sendUnary = (call: PendingCall): void => {
    if (call.request.length > messageBytes) return events.failed(call, new OAuthError('request_too_large'));
    const metadata = new Metadata();
    if (call.traceparent !== '') metadata.set('traceparent', call.traceparent);
    const asIs = (bytes: Buffer) => bytes;
    rare++;
    const carrier: Carrier = {
      cancel: () => sent.cancel(),
      get silentMillis() {
        return current?.silentMillis ?? 0;
      },
    };
    const done = (error: ServiceError | null, response: Buffer | undefined): void => {
      rare--;
      if (gone && streams.size === 0 && rare === 0) client.close();
      // It is asked elsewhere since.
      if (call.carrier !== carrier) return;
      if (error === null) return events.answered(call, response ?? Buffer.alloc(0));
      const detail = error.metadata.get(errorTrailer)[0];
      if (detail instanceof Buffer) events.failed(call, decodeError(detail));
      // Cancelled, but not by us: then nobody would be told. A server that is killed can look like this.
      else if (error.code === grpcStatus.UNAVAILABLE || error.code === grpcStatus.CANCELLED)
        events.lost(call, !neverBegan(error.details), error);
      else events.failed(call, transportError(error.code, error));
    };
    const sent = client.makeUnaryRequest(
      call.path,
      asIs,
      asIs,
      call.request,
      metadata,
      { deadline: call.deadline },
      done,
    );
    call.carrier = carrier;
    call.sent = true;
  };

  return {
    open,
    get ready() {
      return current !== undefined;
    },
    get unready() {
      return current?.unready ?? false;
    },
    get outstanding() {
      return (current?.outstanding ?? 0) + rare;
    },
    get answerMillis() {
      return current?.answerMillis;
    },
    get silentMillis() {
      return current?.silentMillis ?? 0;
    },
    listen(stepMillis) {
      for (const stream of streams) stream.listen(stepMillis, stream === current && rare > 0);
    },
    send(call) {
      if (!call.hot) return sendUnary(call);
      call.carrier = current;
      current?.send(call);
    },
    leave() {
      if (gone) return;
      gone = true;
      clearTimeout(timer);
      const idle = streams.size === 0 && rare === 0;
      opening?.destroy();
      current?.leave();
      if (idle) client.close();
      else setTimeout(() => this.close(), farewellMillis).unref();
    },
    close() {
      gone = true;
      clearTimeout(timer);
      for (const connection of [...streams]) connection.destroy();
      client.close();
    },
  };
}
