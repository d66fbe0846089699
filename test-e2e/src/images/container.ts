// A container without a container engine: an image's files, which nobody can write, in namespaces for mounts and processes of its own, as
// the image's user with no capability and no way to new ones. What it needs for that is in util-linux. Its network is the machine's.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Image } from './store.js';

export interface Order {
  readonly image: Image;
  /** All words: what is started, and what is said to it. */
  readonly words: readonly string[];
  /** Beside the image's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files that it gets, by their paths inside. */
  readonly files: Readonly<Record<string, string>>;
  /** An empty place for what is made to start it. */
  readonly scratch: string;
}

export interface Container {
  /** Everything that it wrote so far, to either stream. */
  log(): string;
  /** Its exit code; it may be running still. */
  readonly ended: Promise<number>;
  /** Of its first process, as the machine counts; undefined when that is over. */
  pid(): number | undefined;
  /** Asks it to end, and kills it when that takes longer than it has. */
  stop(): Promise<void>;
}

const devices = ['null', 'zero', 'random', 'urandom'];
const stopMillis = 30_000;

/** Two layers to read and none to write: the engine's part, then the image. */
const script = `
  mount -t overlay overlay -o "ro,lowerdir=$1:$2" "$3"
  mount -t proc proc "$3/proc"
  for device in ${devices.join(' ')}; do mount --bind "/dev/$device" "$3/dev/$device"; done
  root="$3"; user="$4"; shift 4
  exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+setuid,+setgid,+sys_chroot \\
    chroot --userspec="$user" --groups="\${user#*:}" "$root" "$@"
`;

export function startContainer({ image, words, environment, files, scratch }: Order): Container {
  const [engine, mounted] = [path.join(scratch, 'engine'), path.join(scratch, 'root')];
  mkdirSync(mounted, { recursive: true });
  const given = { '/etc/hosts': '127.0.0.1 localhost\n', ...files };
  for (const device of devices) put(engine, path.join('/dev', device), '');
  for (const [file, text] of Object.entries(given)) put(engine, file, text);
  mkdirSync(path.join(engine, 'proc'), { recursive: true });
  const own = Object.fromEntries(image.config.Env.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork'];
  const child = spawn(
    'unshare',
    [...namespaces, 'sh', '-euc', script, 'sh', engine, image.files, mounted, image.config.User, ...words],
    { env: { ...own, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return { log: () => log, ended, pid: () => firstOf(child), stop: () => stop(child, ended) };
}

/** As deploy/secrets.sh leaves secrets: others may read what they are given. */
function put(directory: string, file: string, text: string): void {
  const place = path.join(directory, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text, { mode: 0o644 });
}

function firstOf({ pid }: ChildProcess): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').split(' ');
    return first === undefined || first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}

async function stop(child: ChildProcess, ended: Promise<number>): Promise<void> {
  const tell = (signal: NodeJS.Signals): void => {
    const first = firstOf(child);
    if (first !== undefined) process.kill(first, signal);
  };
  tell('SIGTERM');
  const timer = setTimeout(() => tell('SIGKILL'), stopMillis);
  await ended;
  clearTimeout(timer);
}
