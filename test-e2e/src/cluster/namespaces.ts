// Runs a program in namespaces of its own for network, processes and mounts, so that nothing of a cluster is on the machine and the
// kernel ends all of it with the first process, however that comes (unshare(1), pid_namespaces(7)).
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** kubelet sets these for the whole machine, and leaves alone those that are so already: it is shown files that are. */
const kernel: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** Where parts of a node write, whatever they are told; the shell stays as the first process and buries what is orphaned. */
const script = `
  directory="$1"; shift
  mount --make-rshared /
  mount -t tmpfs tmpfs /run
  mkdir -p /run/lock /run/netns
  mount --bind "$directory/lib" /var/lib
  mount --bind "$directory/log" /var/log
  for name in ${Object.keys(kernel).join(' ')}; do mount --bind "$directory/kernel/$name" "/proc/sys/$name"; done
  "$@"
  exit $?
`;

export interface Enclosed {
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Ends it and all that it started, at once. */
  kill(): Promise<void>;
}

/** @param directory for what would otherwise be written below /var */
export function runEnclosed(directory: string, words: readonly string[]): Enclosed {
  for (const name of ['lib', 'log']) mkdirSync(path.join(directory, name), { recursive: true });
  for (const [name, value] of Object.entries(kernel)) {
    const file = path.join(directory, 'kernel', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${value}\n`);
  }
  const own = ['--net', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--propagation', 'private'];
  const child = spawn('unshare', [...own, 'sh', '-euc', script, 'sh', directory, ...words], { stdio: 'inherit' });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  return {
    ended,
    async kill() {
      const first = firstOf(child);
      if (first !== undefined) process.kill(first, 'SIGKILL');
      await ended;
    },
  };
}

/** The first process of the namespace, as the machine counts. */
function firstOf({ pid, exitCode }: ChildProcess): number | undefined {
  try {
    const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
    const [first = ''] = exitCode === null ? readFileSync(file, 'utf8').split(' ') : [];
    return first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}
