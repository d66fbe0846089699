// Starts one service in this process and knows how to stop it: drain, then close in reverse order of opening.
import { connectPeer, serveRpc } from '@cardea/rpc';
import { setTimeout } from 'node:timers/promises';
import { createChecks } from './checks.js';
import type { Config } from './config/load.js';
import { createFollowing } from './follow.js';
import { boundTimes, drainable } from './http-drain.js';
import { listen } from './listen.js';
import type { Log, OpenLog } from './log.js';
import { openLog } from './log.js';
import { createManagementServer } from './management.js';
import { createMetrics } from './metrics.js';
import { observeCalls } from './observe-calls.js';
import { createRandom } from './random.js';
import { securityOf } from './security.js';
import type { Host, Service } from './service.js';
import { openTracing } from './trace.js';
import { traceSettings, untracedProvider } from './trace-settings.js';

/** A service that runs. */
export interface RunningService {
  readonly log: Log;
  /** Takes up a configuration. @throws what the service cannot do with it; nothing has changed then */
  reload(config: Config): Promise<void>;
  /** Readiness off, grace, finish in flight, close everything. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * @param options.wait how the grace before a drain passes
 * @throws whatever the service cannot start without; everything opened until then is closed again
 */
export async function startService(
  service: Service,
  config: Config,
  options: { log?: Log & Partial<OpenLog>; wait?: (millis: number) => Promise<unknown> } = {},
): Promise<RunningService> {
  const { wait = setTimeout } = options;
  const log: Log & Partial<OpenLog> = options.log ?? openLog(service.name, config.log.level);
  const now = Date.now;
  // Dashboards made for Hydra ask for its name.
  const metrics = createMetrics(service.name, config.profile === 'hydra-compat' ? { app: 'hydra' } : {});
  const dropped = metrics.counter('cardea_log_lines_dropped_total', 'Log lines that standard output did not take.');
  log.whenDropped?.((lines) => dropped.inc(lines));
  // What it remembers must not last longer because somebody sets the clock back.
  const checks = createChecks(() => performance.now());
  const closers: (() => Promise<void> | void)[] = [];
  const drains: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const draining = () => stopping !== undefined;
  let started = false;
  const tracing = await openTracing(traceSettings(service.name, config.tracing), Math.random);
  closers.push(() => tracing.flush());
  const untraced = untracedProvider(config.tracing);
  if (untraced !== undefined) log.warn({}, untraced);

  const observe = observeCalls(metrics, tracing);

  const following = createFollowing(config, {
    onStop: (close) => void closers.push(close),
    failed: (error) => notClosed(log, error),
  });

  const host: Host = {
    log,
    now,
    random: createRandom(),
    metrics,
    tracing,
    checks,
    follow: (build) => following.follow(build),
    draining,
    async serveGrpc(address, security, services, { reflection = false, advises = false } = {}) {
      const health = async () => started && !draining() && Object.keys(await checks.problems()).length === 0;
      const server = await serveRpc({ address, security, services, health, reflection, advises, log, observe });
      drains.push(() => server.drain());
      closers.push(() => server.close());
      log.info({ address: server.address }, 'serving gRPC');
      return server;
    },
    async serveHttp(address, server) {
      boundTimes(server);
      const drain = drainable(server, config.serve.drainGrace);
      const url = await listen(server, address);
      drains.push(drain);
      // After a drain it is closed; after a failed start it is not.
      closers.push(() => {
        server.close();
        server.closeAllConnections();
      });
      log.info({ url }, 'serving HTTP');
      return url;
    },
    connect(name) {
      const { addresses, tls, gather } = config.peers[name];
      const peer = connectPeer({
        addresses: addresses.length > 0 ? addresses : [config.serve[name].address],
        security: securityOf(tls, `peers.${name}`),
        gather,
        traceparent: () => tracing.current(),
      });
      closers.push(() => peer.close());
      return peer;
    },
    onStop: (close) => void closers.push(close),
  };

  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        notClosed(log, error);
      }
    }
  };
  try {
    const management = createManagementServer({
      checks,
      metrics,
      // Checks come with the start: before its end, none of them failing proves nothing.
      unready: () => (draining() ? 'the service is stopping' : started ? undefined : 'the service is starting'),
    });
    const { host: address, [service.name]: port } = config.serve.management;
    const url = await listen(management, { host: address, port });
    closers.push(() => {
      management.close();
      management.closeAllConnections();
    });
    log.info({ management: url }, 'serving health and metrics');
    await service.start(config, host);
    started = true;
  } catch (error) {
    await closeAll();
    throw error;
  }

  const stop = async (): Promise<void> => {
    log.info({}, 'draining');
    if (config.serve.drainGrace > 0) await wait(config.serve.drainGrace);
    await Promise.allSettled(drains.map((drain) => drain()));
    await closeAll();
    log.info({}, 'stopped');
  };
  return {
    log,
    async reload(next) {
      if (draining()) return;
      await following.reload(next);
      log.setLevel?.(next.log.level);
    },
    stop() {
      // `draining` must be true before the first await inside, so the promise is made by hand.
      stopping ??= Promise.resolve().then(stop);
      return stopping;
    },
  };
}

function notClosed(log: Log, error: unknown): void {
  log.warn({ err: error instanceof Error ? error.message : String(error) }, 'something did not close well');
}
