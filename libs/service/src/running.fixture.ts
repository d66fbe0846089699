// Starts services on free ports in this process and keeps what they log, for tests.
import { afterEach } from '@jest/globals';
import type { Config } from './config/load.js';
import { loadConfig } from './config/load.js';
import type { Log } from './log.js';
import type { Host } from './service.js';
import type { RunningService } from './start.js';
import { startService } from './start.js';

export interface Started {
  readonly running: RunningService;
  readonly lines: Record<string, unknown>[];
  /** Base URL of its management port. */
  readonly management: string;
}

/** A promise that a test settles when it wants to. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

/** A configuration whose ports are all free ones. */
export function freePorts(env: Readonly<Record<string, string>> = {}): Config {
  const ports = ['PUBLIC_PORT', 'MANAGEMENT_GATEWAY', 'MANAGEMENT_ADMIN', 'MANAGEMENT_TOKEN'];
  return loadConfig({ env: { ...Object.fromEntries(ports.map((name) => [`SERVE_${name}`, '0'])), ...env } });
}

const started: RunningService[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.stop()));
});

export function keepingLog(lines: Record<string, unknown>[]): Log {
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export async function startOne(
  start: (config: Config, host: Host) => Promise<void>,
  options: { env?: Record<string, string>; wait?: (millis: number) => Promise<unknown>; lines?: Started['lines'] } = {},
): Promise<Started> {
  const { env, lines = [], ...others } = options;
  const running = await startService({ name: 'gateway', start }, freePorts(env), { log: keepingLog(lines), ...others });
  started.push(running);
  return { running, lines, management: managementOf(lines) };
}

/** Where the management port of a service listens, by its log. */
export function managementOf(lines: Started['lines']): string {
  return String(lines.find((line) => 'management' in line)?.['management']);
}
