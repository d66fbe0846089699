// Measures how long a service takes from its spawn to the first time it says it is ready: one more replica of each is
// started beside the running one, with the same configuration and ports of its own, and ended again.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../report/statistics.js';
import type { Pids } from './processes.js';
import { commandOf } from './processes.js';

/** What a second replica must not share with the first. Port 0 picks a free one. */
const replicaSettings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gateway: { SERVE_PUBLIC_PORT: '0' },
  admin: { SERVE_ADMIN_PORT: '0' },
  token: { SERVE_TOKEN_ADDRESS: '127.0.0.1:0' },
  worker: {},
  keys: { SERVE_KEYS_ADDRESS: '127.0.0.1:0' },
};

const patienceMillis = 20_000;
const pollMillis = 5;

export interface ColdStarts {
  /** Milliseconds by service, the median of its starts. */
  readonly millis: Readonly<Record<string, number>>;
  /** Why a service could not be measured. */
  readonly problems: readonly string[];
}

/** @param pids the services that run; others than Cardea's are passed over */
export async function measureColdStarts(pids: Pids, times: number): Promise<ColdStarts> {
  const millis: Record<string, number> = {};
  const problems: string[] = [];
  for (const [name, settings] of Object.entries(replicaSettings)) {
    const pid = pids[name];
    if (pid === undefined) continue;
    const took: number[] = [];
    try {
      for (let time = 0; time < times; time++) took.push(await coldStart(name, pid, settings));
      millis[name] = median(took);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { millis, problems };
}

async function coldStart(name: string, pid: number, settings: Readonly<Record<string, string>>): Promise<number> {
  const { argv, env, cwd } = commandOf(pid);
  const [command, ...args] = argv;
  if (command === undefined) throw new Error(`${name} has no command line`);
  // The channel to its parent is not ours to use.
  const { NODE_CHANNEL_FD: _channel, ...inherited } = env;
  const port = await freePort();
  const management = { [`SERVE_MANAGEMENT_${name.toUpperCase()}`]: String(port) };
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd: realpathSync(cwd),
    env: { ...inherited, ...settings, ...management },
    stdio: 'ignore',
  });
  try {
    await ready(name, child, `http://127.0.0.1:${String(port)}/health/ready`);
    return performance.now() - startedAt;
  } finally {
    await end(child);
  }
}

async function ready(name: string, child: ChildProcess, url: string): Promise<void> {
  const until = performance.now() + patienceMillis;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`a second ${name} ended with code ${String(child.exitCode)}`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    await sleep(pollMillis);
  }
  throw new Error(`a second ${name} was not ready within ${String(patienceMillis / 1000)} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
