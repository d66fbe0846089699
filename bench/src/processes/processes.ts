// Asks /proc what process trees have used: CPU to the nanosecond, memory without counting shared pages twice.
import { readdirSync, readFileSync } from 'node:fs';
import { descendants, nanosPerTick, parseKilobytes, parseSchedstat, parseStat } from './proc-text.js';

/** Root processes by the name they have in the report. */
export type Pids = Readonly<Record<string, number>>;

/** The text of a file, or undefined when its process has just ended. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = read(`/proc/${entry}/stat`);
    if (stat !== undefined) parents.set(Number(entry), parseStat(stat).parent);
  }
  return parents;
}

/** CPU nanoseconds of one process and of its children that ended. */
function cpuNanosOf(pid: number): number {
  const text = read(`/proc/${String(pid)}/stat`);
  if (text === undefined) return 0;
  const { ticks, reapedTicks } = parseStat(text);
  let threads = 0;
  try {
    for (const thread of readdirSync(`/proc/${String(pid)}/task`)) {
      threads += parseSchedstat(read(`/proc/${String(pid)}/task/${thread}/schedstat`) ?? '0');
    }
  } catch {
    // It ended between two reads; its ticks are known.
  }
  // Threads are exact but forgotten when they end; ticks remember them, to 10 ms.
  return Math.max(threads, ticks * nanosPerTick) + reapedTicks * nanosPerTick;
}

/**
 * CPU time so far of each tree: every thread of every process below the root (PostgreSQL's backends too), and what ended
 * and was waited for.
 *
 * @returns nanoseconds by name
 */
export function cpuNanos(pids: Pids): Record<string, number> {
  const parents = parentsOfAll();
  return Object.fromEntries(
    Object.entries(pids).map(([name, root]) => {
      if (!parents.has(root)) throw new Error(`${name} (process ${String(root)}) has ended`);
      return [name, descendants(root, parents).reduce((sum, pid) => sum + cpuNanosOf(pid), 0)];
    }),
  );
}

/** Bytes resident in each tree. A tree of several processes shares pages, so there it is the proportional share. */
export function residentBytes(pids: Pids): Record<string, number> {
  const parents = parentsOfAll();
  return Object.fromEntries(
    Object.entries(pids).map(([name, root]) => {
      const tree = descendants(root, parents);
      const bytes = tree.map((pid) => {
        const proportional = tree.length === 1 ? undefined : read(`/proc/${String(pid)}/smaps_rollup`);
        const resident = read(`/proc/${String(pid)}/status`) ?? '';
        return parseKilobytes(proportional ?? '', 'Pss') ?? parseKilobytes(resident, 'VmRSS') ?? 0;
      });
      return [name, bytes.reduce((sum, each) => sum + each, 0)];
    }),
  );
}

/** How a running process was started, to start another one like it. */
export function commandOf(pid: number): { argv: string[]; env: Record<string, string>; cwd: string } {
  const nulSeparated = (path: string) => readFileSync(path, 'utf8').split('\0').filter(Boolean);
  const env = nulSeparated(`/proc/${String(pid)}/environ`).map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return {
    argv: nulSeparated(`/proc/${String(pid)}/cmdline`),
    env: Object.fromEntries(env),
    cwd: `/proc/${String(pid)}/cwd`,
  };
}
