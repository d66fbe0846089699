// What a service is: a name, and a way to start on a host with a configuration.
import type { Peer, RpcServer, ServedService, TransportSecurity } from '@cardea/rpc';
import type { Server } from 'node:http';
import type { Checks } from './checks.js';
import type { HttpAddress } from './listen.js';
import type { Config } from './config/load.js';
import type { Follow } from './follow.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';
import type { Tracing } from './trace.js';

export type ServiceName = 'gateway' | 'admin' | 'token' | 'worker' | 'keys' | 'controller';

export interface Service {
  readonly name: ServiceName;
  /** Opens what the service needs and begins to listen. What it opened last is closed first. */
  start(config: Config, host: Host): Promise<void>;
}

/** What a service is handed instead of reaching for it. */
export interface Host {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly checks: Checks;
  /** Builds what reloadable settings decide; what is read elsewhere is read once (docs/configuration.md). */
  readonly follow: Follow;
  /** True once the service was told to stop. */
  readonly draining: () => boolean;
  serveGrpc(
    address: string,
    security: TransportSecurity,
    services: readonly ServedService[],
    options?: { reflection?: boolean; advises?: boolean },
  ): Promise<RpcServer>;
  /** Listens; on a drain every answer says `Connection: close` and requests in flight finish. */
  serveHttp(address: HttpAddress, server: Server): Promise<string>;
  /** @throws {ConfigError} when the peer's certificates are named by half */
  connect(name: 'token' | 'keys'): Peer;
  /** Runs after the listeners have drained, last registered first. */
  onStop(close: () => Promise<void> | void): void;
}
