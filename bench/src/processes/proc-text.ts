// Reads the texts of /proc (proc(5)): whose child a process is, the CPU time it used, the memory it holds.

/** What `/proc/PID/stat` tells. Times in clock ticks, of which Linux shows 100 a second on every architecture. */
export interface ProcessStat {
  readonly parent: number;
  /** User and system time of all its threads. */
  readonly ticks: number;
  /** The same of its children that ended and were waited for. */
  readonly reapedTicks: number;
}

export const nanosPerTick = 10_000_000;

/** The name in parentheses may contain anything, so fields are counted from the last parenthesis. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index] ?? Number.NaN);
  const stat = { parent: number(1), ticks: number(11) + number(12), reapedTicks: number(13) + number(14) };
  if (!Object.values(stat).every(Number.isFinite)) throw new Error(`not a process status: ${text.slice(0, 80)}`);
  return stat;
}

/** Nanoseconds on a CPU, the first number of `/proc/PID/task/TID/schedstat`. */
export function parseSchedstat(text: string): number {
  return Number(/^\d+/.exec(text)?.[0] ?? Number.NaN);
}

/** A value in kB from the lines of `status` or `smaps_rollup`, as bytes; undefined when there is no such line. */
export function parseKilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

/** All processes below and including `root`. */
export function descendants(root: number, parents: ReadonlyMap<number, number>): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, parent] of parents) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found: number[] = [];
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    found.push(pid);
    pending.push(...(children.get(pid) ?? []));
  }
  return found;
}
