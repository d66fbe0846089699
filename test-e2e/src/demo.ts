// Starts `npm run demo` as a newcomer's shell would and reads the one line of JSON it promises (ARCHITECTURE §11).
import { removeParts } from '@cardea/all';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { root } from './processes.js';

/** What the demo says once everything answers. */
export interface DemoLine {
  public: string;
  admin: string;
  login: string;
  rp: string;
  introspection: string;
  issuer: string;
  client: { client_id: string; client_secret: string; redirect_uri: string };
  dsn: string;
  redis: string;
  hsm: boolean;
  pids: Record<'gateway' | 'admin' | 'token' | 'worker' | 'keys' | 'postgres' | 'redis', number>;
}

/** A running demo. */
export interface Demo extends DemoLine {
  /** The line as it was printed. */
  readonly line: DemoLine;
  /** Where its state lives: secrets, logs, generated configuration. */
  readonly home: string;
  /** Everything it said on stderr so far. */
  progress(): string;
  /** Tells it to end, as a terminal or a supervisor would, and answers its exit code; safe to call twice. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** A base port such that all ports the demo derives from it are free right now. */
export async function freeBase(): Promise<number> {
  // Suites that run beside each other draw from different blocks: what is free is taken only a second later.
  const lane = Number(process.env['JEST_WORKER_ID'] ?? '1') % 4;
  for (let attempt = 0; attempt < 50; attempt++) {
    // Below what the kernel hands out to outgoing connections (ip_local_port_range begins at 32768).
    const base = 20_000 + (Math.floor(Math.random() * 30) * 4 + lane) * 100;
    const offsets = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 20, 30, 40, 41];
    const free = await Promise.all(
      offsets.map(
        (offset) =>
          new Promise<boolean>((resolve) => {
            const probe = createServer();
            probe.once('error', () => resolve(false));
            probe.listen(base + offset, '127.0.0.1', () => probe.close(() => resolve(true)));
          }),
      ),
    );
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free block of ports found');
}

/**
 * The demo that the test runner started for all suites that leave it as they found it (`CARDEA_TEST_DEMO` holds its line
 * and its `home`), or one of our own where there is none.
 */
export async function joinDemo(): Promise<Demo> {
  const shared = process.env['CARDEA_TEST_DEMO'];
  if (shared === undefined || shared === '') return startDemo();
  const { home, ...line } = JSON.parse(shared) as DemoLine & { home: string };
  return { ...line, line, home, progress: () => '', stop: () => Promise.resolve(0), kill: () => undefined };
}

/** A state directory of a test's own. */
export function newHome(): { directory: string; remove: () => void } {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-e2e-'));
  return {
    directory,
    remove() {
      removeParts({ directory: path.join(directory, 'parts') });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface DemoOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Kept afterwards; without it there is a new one, which goes when the demo is stopped. */
  readonly home?: string;
  /** The clone whose demo it is; this tree by default. */
  readonly clone?: string;
  /** First of its ports; without it a block that is free. */
  readonly base?: number;
}

function spawnDemo(args: readonly string[], home: string, env: NodeJS.ProcessEnv = {}, clone = root) {
  return spawn(process.execPath, [path.join(clone, 'scripts/demo.mjs'), ...args], {
    cwd: clone,
    env: { ...process.env, NODE_OPTIONS: '', CARDEA_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the demo's command to its end, for orders that it does not carry out. */
export async function runDemo(options: Pick<DemoOptions, 'args' | 'home'>) {
  const own = options.home === undefined ? newHome() : undefined;
  const child = spawnDemo(options.args ?? ['--json'], options.home ?? own?.directory ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  own?.remove();
  return { code, stdout, stderr };
}

/** Starts a demo and waits until everything answers. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const own = options.home === undefined ? newHome() : undefined;
  const home = options.home ?? own?.directory ?? '';
  const base = options.base ?? (await freeBase());
  const order = ['--json', '--ports', String(base), ...(options.args ?? [])];
  const child = spawnDemo(order, home, options.env, options.clone);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let progress = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    progress += text;
  });
  const line = await new Promise<DemoLine>((resolve, reject) => {
    let stdout = '';
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new Error(`the demo was not ready within 120 s:\n${progress}`));
    }, 120_000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const end = stdout.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(JSON.parse(stdout.slice(0, end)) as DemoLine);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with code ${String(code)}:\n${progress}`));
    });
  });
  return {
    ...line,
    line,
    home,
    progress: () => progress,
    kill: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const code = await ended;
      own?.remove();
      return code;
    },
  };
}
