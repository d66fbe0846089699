// What is measured: a demo of our own, or one that already runs and whose line of JSON is given (architecture §11).
import { portTable } from '@cardea/all';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DialectName } from './dialects/dialect.js';
import { launchWornPostgres } from './postgres.js';
import type { Pids } from './processes/processes.js';

/** The part of the demo's line that a benchmark needs. */
export interface Target {
  /** Origins. */
  readonly public: string;
  readonly admin: string;
  readonly issuer: string;
  /** Origins of more of the same, which lanes go to in turn. */
  readonly further?: { readonly public: readonly string[]; readonly admin: readonly string[] };
  /** `host:port` of gRPC introspection. */
  readonly introspection: string;
  /** gRPC address of the signer, which only this machine can reach; the demo's line does not tell it. */
  readonly signer?: string;
  /** Whether its keys are in a PKCS#11 token. */
  readonly hsm: boolean;
  readonly pids: Pids;
  /** How it is asked, where that is not as Hydra is. */
  readonly dialect?: DialectName;
}

/** Where the signer tells its metrics, by the table of ports. */
export function signerMetrics(target: Pick<Target, 'public'>): string {
  const { hostname, port } = new URL(target.public);
  const defaults = portTable();
  const { managementKeys } = Number(port) === defaults.public ? defaults : portTable(Number(port));
  return `http://${hostname}:${String(managementKeys)}/metrics`;
}

/** Where the private keys are: with the operator's software, as other providers have theirs, or in SoftHSM behind PKCS#11. */
export type KeysPlace = 'software' | 'hsm';

/** A target and how to be done with it. */
export interface OpenTarget {
  readonly target: Target;
  close(): Promise<void>;
}

const patienceMillis = 180_000;

/** Installations that are measured at once have blocks of ports this far apart. */
export const portsApart = 60;

/** Uses what already runs; its processes stay. */
export function attachTarget(file: string): OpenTarget {
  return { target: JSON.parse(readFileSync(file, 'utf8')) as Target, close: () => Promise.resolve() };
}

/** How a demo is started for a measurement. */
export interface TargetOptions {
  /** Path of its script. */
  readonly demo: string;
  /** First of its ports. */
  readonly base: number;
  readonly keys: KeysPlace;
  /** Is given what the demo says. */
  readonly progress: (text: string) => void;
  /** Ends it, at whatever it is. */
  readonly signal: AbortSignal;
  /** Further settings of its services. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a demo with a state directory and, unless a DSN is given, a PostgreSQL of its own, which go with it.
 *
 * @throws when its keys are elsewhere than asked for
 */
export async function startTarget(options: TargetOptions): Promise<OpenTarget> {
  const { base, keys, progress, signal } = options;
  const software = keys === 'software' ? { HSM_ENABLED: 'false' } : {};
  const env: NodeJS.ProcessEnv = { ...process.env, ...software, ...options.env };
  signal.throwIfAborted();
  if ((env['DSN'] ?? env['DSN_FILE']) !== undefined) return startDemo(options, env);
  const postgres = await launchWornPostgres({ port: portTable(base).postgres, progress });
  try {
    const { target, close } = await startDemo(options, { ...env, DSN: postgres.dsn });
    const pids = { postgres: postgres.pid, ...target.pids };
    return { target: { ...target, pids }, close: () => close().finally(() => postgres.stop()) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function startDemo(
  { demo, base, keys, signal, progress }: TargetOptions,
  env: NodeJS.ProcessEnv,
): Promise<OpenTarget> {
  signal.throwIfAborted();
  const home = mkdtempSync(path.join(os.tmpdir(), 'cardea-bench-'));
  const signer = `unix:${path.join(home, 'signer')}`;
  const child = spawn(process.execPath, [demo, '--json', '--ports', String(base)], {
    env: { ...env, CARDEA_HOME: home, SERVE_KEYS_ADDRESS: signer },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', end);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (!signal.aborted) end();
      await ended;
    }
    rmSync(home, { recursive: true, force: true });
  };
  child.stderr.setEncoding('utf8').on('data', progress);
  try {
    const target = { ...(await firstLine(child)), signer };
    if (target.hsm !== (keys === 'hsm')) throw new Error('the keys are elsewhere than asked for: is there no SoftHSM?');
    return { target, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function firstLine(child: ReturnType<typeof spawn>): Promise<Target> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('the demo was not ready in time')), patienceMillis);
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(JSON.parse(text.slice(0, end)) as Target);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with code ${String(code)}`));
    });
  });
}
