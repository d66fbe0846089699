// Prometheus and its promtool, for tests of what we expose and what wakes somebody up: what PATH has, else Debian's package
// unpacked privately.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { onPath, runs } from './run-tool.js';
import type { Launched } from './server-process.js';
import { startServer, untilReady } from './server-process.js';

export interface PrometheusTools {
  readonly prometheus: string;
  readonly promtool: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PrometheusOptions {
  readonly tools: PrometheusTools;
  /** For its series and its log. */
  readonly directory: string;
  readonly port: number;
  /** Its configuration. */
  readonly file: string;
}

/** Throws with what to do when there is none to be had. */
export async function findPrometheus(options: {
  readonly cache: string;
  readonly progress: Progress;
}): Promise<PrometheusTools> {
  const [prometheus, promtool] = [onPath('prometheus'), onPath('promtool')];
  if (prometheus !== undefined && promtool !== undefined && (await runs(promtool, ['--version']))) {
    return { prometheus, promtool, environment: {} };
  }
  const within = (root: string, program: string): string => path.join(root, 'usr/bin', program);
  const tool = await debianTool({
    name: 'Prometheus',
    packages: ['prometheus'],
    cache: path.resolve(options.cache),
    progress: options.progress,
    works: ({ root, environment }) => runs(within(root, 'promtool'), ['--version'], environment),
    otherwise: 'install prometheus',
  });
  const { root, environment } = tool;
  return { prometheus: within(root, 'prometheus'), promtool: within(root, 'promtool'), environment };
}

/** Resolves when it answers on loopback. Throws, with its own words, when it does not start. */
export async function launchPrometheus(options: PrometheusOptions): Promise<Launched & { readonly url: string }> {
  const { tools, port, file } = options;
  const directory = path.join(path.resolve(options.directory), 'prometheus');
  mkdirSync(directory, { recursive: true });
  const log = path.join(directory, 'log');
  const server = await startServer({
    file: tools.prometheus,
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
    ],
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...tools.environment },
    log,
    signal: 'SIGTERM',
  });
  const url = `http://127.0.0.1:${String(port)}`;
  await untilReady('Prometheus', server, log, () => answers(`${url}/-/ready`));
  return { ...server, url };
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
