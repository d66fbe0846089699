// A service behind this one: promise clients over the stream for hot calls, over unary gRPC for rare ones.
import { Client, Metadata } from '@grpc/grpc-js';
import { OAuthError } from '@cardea/oauth';
import type { TransportSecurity } from './credentials.js';
import { clientCredentials, watchFiles } from './credentials.js';
import { decodeError, errorTrailer, transportError } from './errors.js';
import { HealthService } from './gen/grpc/health/v1/health.pb.js';
import type { RequestOf, ResponseOf, ServiceDefinition, UnaryMethod } from './service.js';
import type { StreamClient } from './stream-client.js';
import { createStreamClient } from './stream-client.js';

/** What a caller may say beside the message. */
export interface CallOptions {
  /** Milliseconds since the epoch; the client's timeout otherwise. */
  readonly deadline?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly traceparent?: string | undefined;
}

export type ClientOf<D> = {
  readonly [M in keyof D]: (request: RequestOf<D[M]>, options?: CallOptions) => Promise<ResponseOf<D[M]>>;
};

export interface ClientOptions<D> {
  /** Over the multiplexed stream; unary otherwise. */
  readonly hot?: boolean;
  readonly timeoutMillis?: number;
  /** Methods that may be sent again when their answer was lost. */
  readonly idempotent?: readonly (keyof D)[];
}

export interface Peer {
  client<D extends ServiceDefinition>(definition: D, options?: ClientOptions<D>): ClientOf<D>;
  /** Whether at least one replica says it is ready, within a second. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

export interface PeerOptions {
  /** `host:port` or `unix:/path`, one a replica; the least busy one is asked. */
  readonly addresses: readonly string[];
  readonly security: TransportSecurity;
  readonly maxOutstanding?: number;
}

interface Replica {
  readonly unary: Client;
  readonly stream: StreamClient;
}

const defaultTimeoutMillis = 5_000;

/** Connects to a service. Nothing is sent before the first call. */
export function connectPeer(options: PeerOptions): Peer {
  const connect = (): Replica[] =>
    options.addresses.map((address) => {
      const unary = new Client(address, clientCredentials(options.security), {
        'grpc.enable_retries': 0,
        'grpc.enable_channelz': 0,
        'grpc.initial_reconnect_backoff_ms': 50,
        'grpc.max_reconnect_backoff_ms': 500,
        'grpc.max_receive_message_length': 4 * 1024 * 1024,
      });
      return { unary, stream: createStreamClient(unary, options.maxOutstanding ?? 1024) };
    });
  let replicas = connect();

  const retire = (old: readonly Replica[], graceMillis: number): void => {
    const timer = setTimeout(() => {
      for (const replica of old) {
        replica.stream.close();
        replica.unary.close();
      }
    }, graceMillis);
    timer.unref();
  };
  const stopWatching = watchFiles(options.security, () => {
    const old = replicas;
    replicas = connect();
    // Calls begun with the old certificate finish with it.
    retire(old, defaultTimeoutMillis);
  });

  const leastBusy = (): Replica => {
    let best = replicas[0];
    for (const replica of replicas) {
      if (best === undefined || replica.stream.outstanding < best.stream.outstanding) best = replica;
    }
    if (best === undefined) throw new OAuthError('server_error', undefined, { cause: new Error('a peer without addresses') });
    return best;
  };

  const unaryCall = (method: UnaryMethod, request: unknown, deadline: number, call: CallOptions): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata();
      if (call.traceparent !== undefined && call.traceparent !== '') metadata.set('traceparent', call.traceparent);
      const sent = leastBusy().unary.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        { deadline },
        (error, response) => {
          if (error === null) return resolve(response);
          const detail = error.metadata.get(errorTrailer)[0];
          reject(detail instanceof Buffer ? decodeError(detail) : transportError(error.code, error));
        },
      );
      call.signal?.addEventListener('abort', () => sent.cancel(), { once: true });
    });

  return {
    client(definition, clientOptions = {}) {
      const timeout = clientOptions.timeoutMillis ?? defaultTimeoutMillis;
      const entries = Object.entries(definition).map(([name, method]) => {
        const idempotent = clientOptions.idempotent?.includes(name) ?? false;
        const hot = async (request: unknown, call: CallOptions = {}): Promise<unknown> => {
          const response = await leastBusy().stream.send({
            path: method.path,
            request: method.requestSerialize(request as never),
            deadline: call.deadline ?? Date.now() + timeout,
            traceparent: call.traceparent ?? '',
            idempotent,
            signal: call.signal,
          });
          return method.responseDeserialize(response) as unknown;
        };
        const rare = (request: unknown, call: CallOptions = {}): Promise<unknown> =>
          unaryCall(method, request, call.deadline ?? Date.now() + timeout, call);
        return [name, clientOptions.hot === true ? hot : rare];
      });
      return Object.fromEntries(entries) as never;
    },
    async ready() {
      try {
        const answer = (await unaryCall(HealthService.check as UnaryMethod, { service: '' }, Date.now() + 1_000, {})) as { status: string };
        return answer.status === 'SERVING';
      } catch {
        return false;
      }
    },
    close() {
      stopWatching();
      for (const replica of replicas) {
        replica.stream.close();
        replica.unary.close();
      }
      return Promise.resolve();
    },
  };
}
