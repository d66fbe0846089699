// Servers that outlived the process that started them: known by the directory they work in, and ended before a new one starts.
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alive } from './locks.js';
import type { Progress } from './progress.js';

const patienceMillis = 10_000;

export interface Traces {
  readonly name: string;
  /** Its executable; a link to it will do. */
  readonly program: string;
  /** Where the server wrote its process number, on the first line. */
  readonly pidFile: string;
  /** Its working directory, and that of its children. */
  readonly directory: string;
  readonly signal: 'SIGINT' | 'SIGTERM';
  readonly progress: Progress;
}

/**
 * Ends the server that `pidFile` tells of, should it still run, and the children of one that was killed: they would first
 * finish their statements, and nobody may start on their data before.
 *
 * The file itself is left to the server's own judgement. Only when its number is another process by now, which the server
 * would take for a rival, it is replaced.
 */
export async function endOrphan(traces: Traces): Promise<void> {
  if (!existsSync(traces.pidFile)) return;
  const [first = '', ...others] = readFileSync(traces.pidFile, 'utf8').split('\n');
  const pid = Number(first);
  const program = path.basename(realpathSync(traces.program));
  const belongs = (each: number): boolean =>
    linkOf(each, 'cwd') === realpathSync(traces.directory) &&
    // While it runs, its program may have been replaced.
    path.basename(linkOf(each, 'exe') ?? '').replace(/ \(deleted\)$/, '') === program;
  if (belongs(pid)) {
    traces.progress(`ending ${traces.name} (process ${pid}), which an earlier run left behind`);
    await end(pid, [traces.signal, 'SIGKILL']);
  } else if (alive(pid) && linkOf(pid, 'cwd') !== undefined) {
    // No server takes its own parent for a rival.
    writeFileSync(traces.pidFile, [process.pid, ...others].join('\n'));
  }
  await Promise.all(
    processes()
      .filter(belongs)
      .map((each) => end(each, ['SIGKILL'])),
  );
}

async function end(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const each of signals) {
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
  return alive(pid) && linkOf(pid, 'cwd') !== undefined;
}

/** All that can be seen; none where there is no /proc. */
function processes(): readonly number[] {
  const names = existsSync('/proc/self') ? readdirSync('/proc') : [];
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

function linkOf(pid: number, name: 'cwd' | 'exe'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return undefined;
  }
}
