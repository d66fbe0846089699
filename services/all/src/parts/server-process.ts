// A server we started: it gets its own session, so that Ctrl-C reaches it only through us, and a guard that ends it should we
// be killed.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Launched {
  readonly pid: number;
  /** Resolves when it has ended, however that came; never rejects. */
  readonly exited: Promise<void>;
  /** Asks it to end in its orderly way, insists after 10 s, and resolves when it is gone. */
  stop(): Promise<void>;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Its output; begun anew at each start. */
  readonly log: string;
  /** What asks it to end. */
  readonly signal: 'SIGINT' | 'SIGTERM';
  readonly uid?: number;
  readonly gid?: number;
}

const patienceMillis = 10_000;
const pollMillis = 15;

/** Throws when the program cannot be started at all. */
export async function startServer(command: Command): Promise<Launched> {
  const { file, args, log, signal, ...how } = command;
  const output = openSync(log, 'w', 0o600);
  const child = spawn(file, args, { ...how, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(Number(child.pid))).once('error', reject);
  });
  const guard = startGuard(pid, signal);
  void exited.then(() => guard.kill('SIGKILL'));
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    exited,
    async stop() {
      if (running()) child.kill(signal);
      const insist = setTimeout(() => running() && child.kill('SIGKILL'), patienceMillis);
      await exited;
      clearTimeout(insist);
    },
  };
}

/**
 * Waits until `ready` says yes.
 *
 * Throws, with the end of its log, when the server ends before that, and stops it when it takes longer than 30 s.
 */
export async function untilReady(name: string, server: Launched, log: string, ready: () => Promise<boolean>) {
  const deadline = Date.now() + 3 * patienceMillis;
  while (!(await ready())) {
    if (Date.now() > deadline) await server.stop();
    const ended = await Promise.race([server.exited.then(() => true), sleep(pollMillis, false)]);
    if (ended) throw new Error(`${name} did not start: ${lastLines(log)}`);
  }
}

function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-4).join('\n') || `nothing in ${log}`;
}

/** Its input is a pipe of which we hold the only other end: the kernel closes it when we are gone, however we went. */
function startGuard(pid: number, signal: string): ChildProcess {
  const script = 'read -r _; kill -s "$1" "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'guard', signal.slice('SIG'.length), String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.on('error', () => undefined);
  return guard;
}
