// A pgbouncer of our own in transaction mode, for tests of what breaks behind one: what PATH has, else Debian's package
// unpacked privately.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import { isRoot } from './nobody.js';
import type { Progress } from './progress.js';
import { onPath, runs } from './run-tool.js';
import type { Launched } from './server-process.js';
import { startServer, untilReady } from './server-process.js';

export interface PgbouncerOptions {
  /** For its settings and its log. */
  readonly directory: string;
  readonly cache: string;
  readonly port: number;
  /** The server behind it; whoever connects is this URL's user there, in whichever database they ask for. */
  readonly dsn: string;
  readonly progress: Progress;
}

/** Resolves when it listens. Throws when there is none to be had, or with its own words when it does not start. */
export async function launchPgbouncer(options: PgbouncerOptions): Promise<Launched & { readonly dsn: string }> {
  const { port, dsn, progress } = options;
  const directory = path.join(path.resolve(options.directory), 'pgbouncer');
  mkdirSync(directory, { recursive: true });
  const program = await findPgbouncer(path.resolve(options.cache), progress);
  const file = path.join(directory, 'pgbouncer.ini');
  writeFileSync(file, settings(new URL(dsn), port), { mode: 0o600 });
  chmodSync(file, 0o600);
  const log = path.join(directory, 'log');
  const server = await startServer({
    file: program.file,
    // It reads its settings, and then refuses to stay root.
    args: [...(isRoot() ? ['-u', 'nobody'] : []), file],
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...program.environment },
    log,
    signal: 'SIGTERM',
  });
  const listening = `listening on 127.0.0.1:${port}`;
  await untilReady('pgbouncer', server, log, () => Promise.resolve(readFileSync(log, 'utf8').includes(listening)));
  const pooled = Object.assign(new URL(dsn), { port: String(port), password: '' });
  return { ...server, dsn: pooled.toString() };
}

/** Nothing is forgiven: parameters that a pooled connection cannot have are refused. */
function settings({ hostname, port: serverPort, username, password }: URL, port: number): string {
  const quoted = (text: string): string => `'${decodeURIComponent(text).replaceAll("'", "''")}'`;
  const login = [`user=${quoted(username)}`, ...(password === '' ? [] : [`password=${quoted(password)}`])].join(' ');
  return `[databases]
* = host=${hostname} port=${serverPort} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 500
`;
}

async function findPgbouncer(
  cache: string,
  progress: Progress,
): Promise<{ readonly file: string; readonly environment: Readonly<Record<string, string>> }> {
  const found = onPath('pgbouncer');
  if (found !== undefined && (await runs(found, ['--version']))) return { file: found, environment: {} };
  const within = (root: string): string => path.join(root, 'usr/sbin/pgbouncer');
  const tool = await debianTool({
    name: 'pgbouncer',
    packages: ['pgbouncer'],
    cache,
    progress,
    works: ({ root, environment }) => runs(within(root), ['--version'], environment),
    otherwise: 'install pgbouncer',
  });
  return { file: within(tool.root), environment: tool.environment };
}
