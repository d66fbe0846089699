// Servers that outlived the process that started them: known by the directory they work in, and ended before a new one starts.
import { existsSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
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

/**
 * Ends the server that `pidFile` tells of, should it still run.
 *
 * A file without a living process is left to the server's own judgement: PostgreSQL finds in it whether parts of the dead
 * one still hold its memory. If the number is another process by now, which servers would take for a rival, it is replaced.
 */
export async function endOrphan(traces: Traces): Promise<void> {
  if (!existsSync(traces.pidFile)) return;
  const [first = '', ...others] = readFileSync(traces.pidFile, 'utf8').split('\n');
  const pid = Number(first);
  if (!(Number.isInteger(pid) && pid > 1 && alive(pid))) return;
  const place = workingDirectory(pid);
  if (place === realpathSync(traces.directory)) {
    traces.progress(`ending ${traces.name} (process ${pid}), which an earlier run left behind`);
    await end(pid, traces.signal);
  } else if (place !== undefined) {
    // No server takes its own parent for a rival.
    writeFileSync(traces.pidFile, [process.pid, ...others].join('\n'));
  }
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
