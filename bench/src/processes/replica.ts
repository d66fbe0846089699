// One more of a service that runs: started beside it with the same configuration and a place of its own, and ended again.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pids } from './processes.js';
import { commandOf } from './processes.js';

export type Replicable = 'gateway' | 'admin' | 'token' | 'worker' | 'keys';

/** What a second replica must not share with the first, given a port of its own. */
const places: Readonly<Record<Replicable, (port: string) => Readonly<Record<string, string>>>> = {
  gateway: (port) => ({ SERVE_PUBLIC_PORT: port }),
  admin: (port) => ({ SERVE_ADMIN_PORT: port }),
  token: (port) => ({ SERVE_TOKEN_ADDRESS: `127.0.0.1:${port}` }),
  worker: () => ({}),
  keys: (port) => ({ SERVE_KEYS_ADDRESS: `127.0.0.1:${port}` }),
};

export const replicables = Object.keys(places) as readonly Replicable[];

const patienceMillis = 60_000;
const pollMillis = 5;

export interface Replica {
  readonly pid: number;
  /** Milliseconds from its spawn to the first time it said it is ready. */
  readonly readyMillis: number;
  close(): Promise<void>;
}

/**
 * @param pids where the one that runs is
 * @param port where it answers
 * @param signal gives up waiting for it
 * @throws when it is not ready in time
 */
export async function startReplica(name: Replicable, pids: Pids, port: number, signal: AbortSignal): Promise<Replica> {
  signal.throwIfAborted();
  const { argv, env, cwd } = commandOf(pids[name] ?? 0);
  const [command, ...args] = argv;
  if (command === undefined) throw new Error(`${name} has no command line`);
  // The channel to its parent is not ours to use.
  const { NODE_CHANNEL_FD: _channel, ...inherited } = env;
  const management = await freePort();
  const settings = { ...places[name](String(port)), [`SERVE_MANAGEMENT_${name.toUpperCase()}`]: String(management) };
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd: realpathSync(cwd),
    env: { ...inherited, ...settings },
    // Its end is that of whoever started it: what the demo preloads waits for the end of standard input.
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  try {
    await ready(name, child, `http://127.0.0.1:${String(management)}/health/ready`, signal);
    return { pid: child.pid ?? 0, readyMillis: performance.now() - startedAt, close: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function ready(name: string, child: ChildProcess, url: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + patienceMillis;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`a second ${name} ended with code ${String(child.exitCode)}`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    await sleep(pollMillis, undefined, { signal });
  }
  throw new Error(`a second ${name} was not ready within ${String(patienceMillis / 1000)} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
