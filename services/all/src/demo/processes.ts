// Starts Node programs as processes of a demo: in a group of their own, logging to a file, ending when the demo ends.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Launched } from '../parts/index.js';
import { memoryOf } from './memory.js';

const endWithParent = new URL('end-with-parent.js', import.meta.url).href;
/** After this a process that was told to stop is killed. */
const stopMillis = 15_000;
const logBytes = 8 * 1024 * 1024;

/** A Node program to run. */
export interface Program {
  /** Such as `token`, or `app` for what is no service. */
  readonly kind: string;
  /** Script and arguments. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** Settles once the process exists; a program that cannot start shows in `exited`. */
export async function launchProgram({ kind, args, env, logFile }: Program): Promise<Launched> {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, ['--import', endWithParent, ...args], {
    env: { ...memoryOf(kind), ...env },
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = child.pid ?? 0;
  return {
    pid,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), stopMillis);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Runs a Node program to its end. @returns what it printed @throws with what it said when it fails */
export async function runProgram({ args, env, logFile }: Program): Promise<string> {
  const child = spawn(process.execPath, ['--import', endWithParent, ...args], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  if (code === 0) return out;
  throw new Error(lastWords(err) ?? `it ended with code ${String(code)}; see ${logFile}`);
}

/** Puts a log that has grown large aside. */
export function rotate(logFile: string): void {
  const { size } = statSync(logFile, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size > logBytes) renameSync(logFile, `${logFile}.1`);
}

/** The last thing a program said that was not a line of its structured log. */
export function lastWords(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => !line.startsWith('{')) ?? lines.at(-1);
}

/** What a program said in its log since a size it had. */
export function logSince(logFile: string, size: number): string {
  return readFileSync(logFile).subarray(size).toString('utf8');
}

/** The program of a workspace package, beside its entry point. */
export const programOf = (entry: string): string => fileURLToPath(new URL('main.js', entry));
