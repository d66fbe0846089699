// A service behind this one: promise clients whose hot calls share one stream and whose rare ones go as unary gRPC.
import { OAuthError } from '@cardea/oauth';
import type { CallDesk } from './call-desk.js';
import { createCallDesk } from './call-desk.js';
import type { TransportSecurity } from './credentials.js';
import { defaultRenewMillis, refusePlainBeyondLoopback } from './credentials.js';
import { HealthService } from './gen/grpc/health/v1/health.pb.js';
import { defaultOutstanding, defaultPatienceMillis, defaultTimeoutMillis } from './limits.js';
import { createLinks } from './links.js';
import type { CancelSignal } from './pending-call.js';
import { isRepeatable } from './repeatable.js';
import type { RequestOf, ResponseOf, ServiceDefinition, UnaryMethod } from './service.js';

/** What a caller may say beside the message. */
export interface CallOptions {
  /** Milliseconds since the epoch; the client's timeout otherwise. */
  readonly deadline?: number | undefined;
  readonly signal?: CancelSignal | undefined;
  readonly traceparent?: string | undefined;
}

/** Every failure is an OAuthError: the service's own, or `temporarily_unavailable` when it could not be asked. */
export type ClientOf<D> = {
  readonly [M in keyof D]: (request: RequestOf<D[M]>, options?: CallOptions) => Promise<ResponseOf<D[M]>>;
};

export interface ClientOptions<D> {
  /** Over the multiplexed stream; unary otherwise. */
  readonly hot?: boolean;
  readonly timeoutMillis?: number;
  /** Methods that may be sent again when their answer was lost; of our own contracts repeatable.ts knows them. */
  readonly idempotent?: readonly (keyof D)[];
}

export interface Peer {
  client<D extends ServiceDefinition>(definition: D, options?: ClientOptions<D>): ClientOf<D>;
  /** Whether a replica says it is ready, within a second. */
  ready(): Promise<boolean>;
  /** Calls asked and not answered, and calls refused because those were too many. */
  readonly load: { readonly outstanding: number; readonly shed: number };
  close(): Promise<void>;
}

export interface PeerOptions {
  /** `host:port` or `unix:/path`; a host name stands for all addresses it resolves to. */
  readonly addresses: readonly string[];
  readonly security: TransportSecurity;
  /** Whether calls are gathered at one replica as long as it is enough for them (choice.ts); otherwise the least busy is asked. */
  readonly gather?: boolean;
  /** More calls than this are shed at once. */
  readonly maxOutstanding?: number;
  /** How long calls wait for a peer that nobody reaches; later ones fail at once until it is back. */
  readonly patienceMillis?: number;
  /** How often certificate files are looked at. */
  readonly renewMillis?: number;
  /** The trace context of the work under way, for calls whose caller names none. */
  readonly traceparent?: () => string;
  /** Gives every IP address of a host name; the system's resolver otherwise. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const healthTimeoutMillis = 1_000;

/**
 * Makes a peer. Nothing is sent before the first call; from then on it stays connected.
 *
 * @throws on plain transport beyond loopback and unix sockets, and when certificate files cannot be read
 */
export function connectPeer(options: PeerOptions): Peer {
  for (const address of options.addresses) refusePlainBeyondLoopback(address, options.security);
  const desk = createCallDesk(() => links.all(), {
    maxOutstanding: options.maxOutstanding ?? defaultOutstanding,
    patienceMillis: options.patienceMillis ?? defaultPatienceMillis,
    gather: options.gather ?? false,
  });
  const links = createLinks({
    addresses: options.addresses,
    security: options.security,
    events: desk.events,
    random: Math.random,
    renewMillis: options.renewMillis ?? defaultRenewMillis,
    resolve: options.resolve,
  });

  const { traceparent = () => '' } = options;

  return {
    client(definition, { hot = false, timeoutMillis = defaultTimeoutMillis, idempotent } = {}) {
      const methods = Object.entries(definition).map(([name, method]) => {
        const again = idempotent?.includes(name) ?? isRepeatable(method.path);
        const call = caller(desk, method, { hot, timeoutMillis, idempotent: again, traceparent });
        return [name, call] as const;
      });
      return Object.fromEntries(methods) as never;
    },
    async ready() {
      const check = caller(desk, HealthService.check as UnaryMethod, {
        hot: false,
        timeoutMillis: healthTimeoutMillis,
        idempotent: true,
        traceparent: () => '',
      });
      try {
        const answer = (await check({ service: '' })) as { status: string };
        return answer.status === 'SERVING';
      } catch {
        return false;
      }
    },
    get load() {
      return { outstanding: desk.outstanding, shed: desk.shed };
    },
    close() {
      desk.close();
      links.close();
      return Promise.resolve();
    },
  };
}

function caller(
  desk: CallDesk,
  method: UnaryMethod,
  how: { hot: boolean; timeoutMillis: number; idempotent: boolean; traceparent: () => string },
) {
  const { hot, timeoutMillis, idempotent, traceparent } = how;
  return async (request: unknown, options: CallOptions = {}): Promise<unknown> => {
    const response = await desk.send({
      path: method.path,
      request: method.requestSerialize(request),
      deadline: options.deadline ?? Date.now() + timeoutMillis,
      traceparent: options.traceparent ?? traceparent(),
      idempotent,
      hot,
      signal: options.signal,
    });
    try {
      return method.responseDeserialize(response) as unknown;
    } catch (cause) {
      throw new OAuthError('server_error', undefined, { cause });
    }
  };
}
