// Servers that outlived the process that started them: known by the directory they work in, and ended before a new one starts.
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { alive } from './locks.js';
import type { Progress } from './progress.js';

const patienceMillis = 10_000;

export interface Traces {
  readonly name: string;
  /** Where the server wrote its process number, on the first line. */
  readonly pidFile: string;
  /** Its working directory. */
  readonly directory: string;
  readonly signal: 'SIGINT' | 'SIGTERM';
  readonly progress: Progress;
}

/** Ends the server that `pidFile` tells of, or removes that file when its number has become somebody else's. */
export async function endOrphan(traces: Traces): Promise<void> {
  if (!existsSync(traces.pidFile)) return;
  const pid = Number(readFileSync(traces.pidFile, 'utf8').split('\n', 1)[0]);
  if (!(Number.isInteger(pid) && pid > 1)) return rmSync(traces.pidFile, { force: true });
  if (alive(pid)) {
    const place = workingDirectory(pid);
    // Where nothing can be known, the server's own check decides.
    if (place === undefined) return;
    if (place === realpathSync(traces.directory)) {
      traces.progress(`ending ${traces.name} (process ${pid}), which an earlier run left behind`);
      await end(pid, traces.signal);
    }
  }
  rmSync(traces.pidFile, { force: true });
}

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  for (const each of [signal, 'SIGKILL'] as const) {
    send(pid, each);
    for (const deadline = Date.now() + patienceMillis; Date.now() < deadline; await sleep(20)) {
      if (!running(pid)) return;
    }
  }
  throw new Error(`process ${pid} does not end`);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A dead process nobody has reaped yet keeps its number, but no place. */
function running(pid: number): boolean {
  return alive(pid) && (!existsSync('/proc/self/cwd') || workingDirectory(pid) !== undefined);
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
