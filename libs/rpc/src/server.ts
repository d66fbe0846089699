// Serves gRPC: unary methods, the multiplexed stream over the same handlers, health, and reflection where wanted.
import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Server, status as grpcStatus } from '@grpc/grpc-js';
import { existsSync, unlinkSync } from 'node:fs';
import type { PeerIdentity } from './caller.js';
import { certificateNames } from './caller.js';
import type { TransportSecurity } from './credentials.js';
import { isLocalAddress, serverCredentials } from './credentials.js';
import type { CallResult } from './dispatch.js';
import { createDispatch } from './dispatch.js';
import { errorMetadata, statusOf } from './errors.js';
import type { ExchangeRequest, ExchangeResponse } from './gen/cardea/rpc/v1/stream.pb.js';
import { StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';
import { healthService } from './health.js';
import { addReflection } from './reflection.js';
import type { RpcLog, ServedService } from './service.js';
import { createStreamServer } from './stream-server.js';

export interface RpcServer {
  /** `host:port` or `unix:/path`, as bound. */
  readonly address: string;
  /** Stops taking calls and settles when all begun ones are answered. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface RpcServerOptions {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  readonly security: TransportSecurity;
  readonly services: readonly ServedService[];
  /** Answers grpc.health.v1. */
  readonly health: () => Promise<boolean>;
  readonly reflection: boolean;
  readonly log: RpcLog;
  /** Calls begun and not answered, a stream. */
  readonly maxOutstanding?: number;
  readonly now?: () => number;
}

interface CallLike {
  getPeer(): string;
  getAuthContext(): { sslPeerCertificate?: { subjectaltname?: string } };
}

const maxMessageBytes = 4 * 1024 * 1024;
const defaultDeadlineMillis = 5_000;

/** Binds and serves. Refuses plain transport on any address but a unix socket or loopback. */
export async function serveRpc(options: RpcServerOptions): Promise<RpcServer> {
  if (options.security.kind === 'plain' && !isLocalAddress(options.address)) {
    throw new Error(`${options.address}: gRPC beyond loopback and unix sockets needs TLS files (serve.*.tls)`);
  }
  const now = options.now ?? Date.now;
  const dispatch = createDispatch(options.services, options.log, now);
  const streams = createStreamServer(dispatch, options.maxOutstanding ?? 1024, now);
  const authenticated = options.security.kind === 'mtls';
  const peerOf = (call: CallLike): PeerIdentity => ({
    authenticated,
    names: authenticated ? certificateNames(call.getAuthContext().sslPeerCertificate) : [],
  });

  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.enable_channelz': 0,
  });
  for (const service of options.services) addUnary(server, service, dispatch, peerOf, now);
  server.addService(StreamServiceService, {
    exchange: (stream: ServerDuplexStream<ExchangeRequest, ExchangeResponse>) => streams.serve(stream, peerOf(stream)),
  });
  addUnary(server, healthService(options.health), createDispatch([healthService(options.health)], options.log, now), () => ({ authenticated: false, names: [] }), now);
  if (options.reflection) await addReflection(server);

  const address = await bind(server, options);
  return {
    address,
    async drain() {
      await streams.drain();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    close() {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

function bind(server: Server, options: RpcServerOptions): Promise<string> {
  const path = /^unix:(.+)$/.exec(options.address)?.[1];
  // A socket file left behind by a killed process would refuse the bind; nobody answers on it.
  if (path !== undefined && existsSync(path)) unlinkSync(path);
  return new Promise((resolve, reject) => {
    server.bindAsync(options.address, serverCredentials(options.security), (error, port) => {
      if (error !== null) reject(new Error(`${options.address}: ${error.message}`));
      else resolve(path === undefined ? options.address.replace(/:\d+$/, `:${String(port)}`) : options.address);
    });
  });
}

function addUnary(
  server: Server,
  service: ServedService,
  dispatch: ReturnType<typeof createDispatch>,
  peerOf: (call: CallLike) => PeerIdentity,
  now: () => number,
): void {
  // The bytes go through untouched: dispatch decodes, so that unary and stream calls take one road.
  const definition: Record<string, object> = {};
  const handlers: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(service.definition)) {
    const raw = (value: Buffer) => value;
    definition[name] = {
      ...method,
      requestStream: false,
      responseStream: false,
      requestDeserialize: raw,
      responseSerialize: raw,
    };
    handlers[name] = (
      call: CallLike & { request: Buffer; getDeadline(): Date | number; metadata: { get(key: string): unknown[] }; on(event: string, listener: () => void): void },
      callback: (error: object | null, response?: Buffer) => void,
    ) => {
      const controller = new AbortController();
      call.on('cancelled', () => controller.abort());
      const deadline = Number(call.getDeadline());
      const traceparent = call.metadata.get('traceparent')[0];
      void dispatch({
        path: method.path,
        request: call.request,
        deadline: Number.isFinite(deadline) ? deadline : now() + defaultDeadlineMillis,
        signal: controller.signal,
        traceparent: typeof traceparent === 'string' ? traceparent : '',
        peer: peerOf(call),
      }).then((result) => answer(result, callback));
    };
  }
  server.addService(definition as never, handlers as UntypedServiceImplementation);
}

function answer(result: CallResult, callback: (error: object | null, response?: Buffer) => void): void {
  if (result.ok) callback(null, result.response);
  else if ('refusal' in result) callback({ code: grpcStatus[result.refusal], details: result.refusal });
  else {
    const { error } = result;
    callback({ code: statusOf(error), details: error.description, metadata: errorMetadata(error) });
  }
}
