// A Redis of our own: what PATH has, else Debian's package unpacked privately; loopback only, and nothing is ever evicted.
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import { tryLock } from './locks.js';
import { endOrphan } from './orphan.js';
import type { Progress } from './progress.js';
import { onPath, runs } from './run-tool.js';
import type { Launched } from './server-process.js';
import { startServer, untilReady } from './server-process.js';

export interface RedisOptions {
  /** The installation's state: log and, if it persists, the data. */
  readonly directory: string;
  readonly cache: string;
  readonly port: number;
  readonly progress: Progress;
  /** Whether its contents outlive it; not unless said so. */
  readonly persist?: boolean;
  /** Settings beside ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts it and resolves when it answers.
 *
 * Throws when there is none to be had, when a living process has this one already, or with its own words when it does not
 * start.
 */
export async function launchRedis(options: RedisOptions): Promise<Launched & { readonly url: string }> {
  const directory = path.join(path.resolve(options.directory), 'redis');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = tryLock(path.join(directory, 'lock'));
  if ('by' in lock) throw new Error(`the Redis of ${directory} is run by process ${lock.by}; end that first`);
  try {
    const program = await findRedis(path.resolve(options.cache), options.progress);
    const pidFile = path.join(directory, 'pid');
    const orphan = {
      name: 'Redis',
      program: program.file,
      pidFile,
      directory,
      signal: 'SIGTERM',
    } as const;
    await endOrphan({ ...orphan, progress: options.progress });
    const server = await start(program, directory, pidFile, options);
    void server.exited.then(lock.release);
    return { ...server, url: `redis://127.0.0.1:${options.port}/0` };
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Program {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function findRedis(cache: string, progress: Progress): Promise<Program> {
  const found = onPath('redis-server', 'valkey-server');
  if (found !== undefined && (await runs(found, ['--version']))) return { file: found, environment: {} };
  const tool = await debianTool({
    name: 'Redis',
    packages: ['redis-server'],
    cache,
    progress,
    works: ({ root, environment }) => runs(path.join(root, 'usr/bin/redis-server'), ['--version'], environment),
    otherwise: 'install redis-server, or give one with REDIS_URL',
  });
  return { file: path.join(tool.root, 'usr/bin/redis-server'), environment: tool.environment };
}

async function start(program: Program, directory: string, pidFile: string, options: RedisOptions): Promise<Launched> {
  const log = path.join(directory, 'log');
  const settings = {
    port: String(options.port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    'maxmemory-policy': 'noeviction',
    dir: directory,
    pidfile: pidFile,
    save: '',
    appendonly: options.persist === true ? 'yes' : 'no',
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...program.environment };
  const server = await startServer({ file: program.file, args, cwd: directory, env, log, signal: 'SIGTERM' });
  // Another one that has the port would answer too, but not with this process number.
  const ours = new RegExp(`^process_id:${server.pid}\\r$`, 'm');
  await untilReady('Redis', server, log, async () => ours.test(await ask(options.port, 'INFO server')));
  return server;
}

/** The answer to one command, and then `+OK` to our goodbye; empty when nobody answers. */
export function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\nQUIT\r\n`));
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined).once('close', () => resolve(answer));
    socket.setTimeout(1_000, () => socket.destroy());
  });
}
