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
  /** Where its state lives: secrets, logs, generated configuration. */
  readonly home: string;
  /** Everything it said on stderr so far. */
  progress(): string;
  stop(): Promise<void>;
}

/** A base port such that all ports the demo derives from it are free right now. */
export async function freeBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    // Below what the kernel hands out to outgoing connections (ip_local_port_range begins at 32768).
    const base = 20_000 + Math.floor(Math.random() * 120) * 100;
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
  const line = JSON.parse(shared) as DemoLine & { home: string };
  return { ...line, progress: () => '', stop: () => Promise.resolve() };
}

/** Starts a demo with a state directory of its own. */
export async function startDemo(options: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Demo> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'cardea-e2e-'));
  const base = await freeBase();
  const child = spawn(
    process.execPath,
    [path.join(root, 'scripts/demo.mjs'), '--json', '--ports', String(base), ...(options.args ?? [])],
    {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', CARDEA_HOME: home, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let progress = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    progress += text;
  });
  const line = await new Promise<DemoLine>((resolve, reject) => {
    let stdout = '';
    const timer = setTimeout(() => reject(new Error(`the demo was not ready within 120 s:\n${progress}`)), 120_000);
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
    home,
    progress: () => progress,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      removeParts({ directory: path.join(home, 'parts') });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
