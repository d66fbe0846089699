// Serves a table of routes on a real host and a free port, for tests.
import type { Config, Log } from '@cardea/service';
import { loadConfig, startService } from '@cardea/service';
import type { App, AppOptions } from './app.js';
import { createApp } from './app.js';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface ServedApp {
  readonly url: string;
  readonly app: App;
  readonly lines: LogLine[];
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Keeps what is logged. */
function capturingLog(lines: LogLine[]): Log {
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A configuration whose ports are all free ones. */
function configWithFreePorts(env: Readonly<Record<string, string>> = {}): Config {
  const free = ['PUBLIC_PORT', 'ADMIN_PORT', 'MANAGEMENT_GATEWAY', 'MANAGEMENT_ADMIN', 'MANAGEMENT_TOKEN'];
  return loadConfig({ env: { ...Object.fromEntries(free.map((name) => [`SERVE_${name}`, '0'])), ...env } });
}

export async function serveRoutes(options: AppOptions): Promise<ServedApp> {
  const lines: LogLine[] = [];
  let url = '';
  let app: App | undefined;
  let metrics = (): Promise<string> => Promise.resolve('');
  const running = await startService(
    {
      name: 'gateway',
      async start(config, host) {
        app = createApp(host, options);
        metrics = () => host.metrics.text();
        url = await host.serveHttp(config.serve.public, app.server);
      },
    },
    configWithFreePorts(),
    { log: capturingLog(lines) },
  );
  if (app === undefined) throw new Error('the app did not start');
  return { url, app, lines, metrics: () => metrics(), stop: () => running.stop() };
}
