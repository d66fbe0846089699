// Serves gRPC: unary methods, the multiplexed stream over the same handlers, health, and reflection where wanted.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Server } from '@grpc/grpc-js';
import { bind } from './bind.js';
import type { PeerIdentity } from './caller.js';
import { certificateNames } from './caller.js';
import type { TransportSecurity } from './credentials.js';
import { defaultRenewMillis, refusePlainBeyondLoopback, serverCredentials } from './credentials.js';
import { createDispatch } from './dispatch.js';
import type { ExchangeRequest, ExchangeResponse } from './gen/cardea/rpc/v1/stream.pb.js';
import { StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';
import { healthService } from './health.js';
import { defaultOutstanding, itemBytes, messageBytes } from './limits.js';
import { watchReadiness } from './readiness.js';
import { addReflection } from './reflection.js';
import type { CallObserver, RpcLog, ServedService } from './service.js';
import { serviceName } from './service.js';
import { watchStandstill } from './standstill.js';
import { createStreamServer } from './stream-server.js';
import type { CallLike } from './unary-server.js';
import { addUnary } from './unary-server.js';

export interface RpcServer {
  /** `host:port` or `unix:/path`, as bound. */
  readonly address: string;
  /** Takes no new connection, sends clients elsewhere, and settles when every begun call is answered and fetched. */
  drain(): Promise<void>;
  /** Breaks every connection, and settles when none is left. */
  close(): Promise<void>;
}

export interface RpcServerOptions {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  readonly security: TransportSecurity;
  readonly services: readonly ServedService[];
  /** Answers grpc.health.v1. */
  readonly health: () => Promise<boolean> | boolean;
  readonly reflection: boolean;
  /** Whether clients are told of it when this process is not ready; then readiness is looked at as long as any is connected. */
  readonly advises?: boolean;
  readonly log: RpcLog;
  /** Calls begun and not answered: of one stream, and of one connection's unary calls. */
  readonly maxOutstanding?: number;
  /** Told of every call to a served method. */
  readonly observe?: CallObserver;
  /** How often certificate files are looked at. */
  readonly renewMillis?: number;
  readonly now?: () => number;
}

/** How long clients are waited for that do not leave although they were asked to. */
const drainMillis = 10_000;

/** Binds and serves. Refuses plain transport on any address but a unix socket or loopback. */
export async function serveRpc(options: RpcServerOptions): Promise<RpcServer> {
  const { services, security, log, observe } = options;
  const maxOutstanding = options.maxOutstanding ?? defaultOutstanding;
  refusePlainBeyondLoopback(options.address, security);
  const now = options.now ?? Date.now;
  const dispatch = createDispatch(services, { log, now, observe, responseBytes: messageBytes });
  const itemDispatch = createDispatch(services, { log, now, observe, responseBytes: itemBytes });
  const standstill = watchStandstill();
  const streams = createStreamServer(itemDispatch, { maxOutstanding, now, age: () => standstill.millis() });
  const authenticated = security.kind === 'mtls';
  const peerOf = (call: CallLike): PeerIdentity => ({
    authenticated,
    names: authenticated ? certificateNames(call.getAuthContext().sslPeerCertificate) : [],
  });

  // Channelz stays on: without it grpc-js forgets its connections, and `forceShutdown` closes none of them.
  const server = new Server({
    'grpc.max_receive_message_length': messageBytes,
    'grpc.max_send_message_length': messageBytes,
    // A connection's unary calls, and the stream.
    'grpc.max_concurrent_streams': maxOutstanding + 1,
    // A client machine that vanished would keep its stream open for ever.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 5_000,
  });
  for (const service of services) addUnary(server, service, { dispatch, peerOf, now });
  server.addService(StreamServiceService, {
    exchange: (stream: ServerDuplexStream<ExchangeRequest, ExchangeResponse>) => streams.serve(stream, peerOf(stream)),
  });
  // Health has no allow-list: whoever may connect may ask.
  const health = healthService(options.health, services);
  addUnary(server, health, {
    dispatch: createDispatch([health], { log, now, responseBytes: messageBytes }),
    peerOf: () => ({ authenticated: false, names: [] }),
    now,
  });
  if (options.reflection) addReflection(server, [...services, health].map(serviceName));

  const { credentials, stop } = serverCredentials(security, options.renewMillis ?? defaultRenewMillis);
  const address = await bind(server, options.address, credentials).catch((error: unknown) => {
    stop();
    standstill.close();
    throw error;
  });
  const readiness = options.advises === true ? watchReadiness(options.health, streams) : undefined;
  let ended: Promise<void> | undefined;
  const shutDown = () => (ended ??= new Promise((resolve) => server.tryShutdown(() => resolve())));
  return {
    address,
    async drain() {
      // GOAWAY first: a client that opens its next stream must not open it here.
      const left = shutDown();
      streams.drain();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, drainMillis)));
      await Promise.race([left, late]);
      clearTimeout(timer);
    },
    async close() {
      stop();
      standstill.close();
      readiness?.close();
      const left = shutDown();
      server.forceShutdown();
      await left;
    },
  };
}
