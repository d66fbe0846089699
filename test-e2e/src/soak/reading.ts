// What a process holds: told by itself after a collection (probe.ts), and by the kernel, which knows better.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { Answers } from './probe.js';

/** What lives in a process after a collection. */
export interface Reading {
  readonly pid: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
}

/** What must be as before once nobody asks any more. */
export type Held = Readonly<Record<'sockets' | 'descriptors' | 'threads' | 'timers' | 'streams', number>>;

const patienceMillis = 10_000;

/** @param probes where the processes' sockets lie @throws when the process does not answer */
export async function readProcess(pid: number, probes: string): Promise<Reading> {
  const said = await ask(pid, probes, 'heap');
  return { pid, ...said, residentBytes: statusOf(pid, 'VmRSS') * 1_024 };
}

/** Counts what a process holds, without having it collect anything. @throws when the process does not answer */
export async function countHeld(pid: number, probes: string): Promise<Held> {
  const { resources, streams } = await ask(pid, probes, 'open');
  const open = targetsOf(pid);
  return {
    sockets: open.filter((target) => target.startsWith('socket:')).length,
    descriptors: open.length,
    threads: statusOf(pid, 'Threads'),
    timers: resources['Timeout'] ?? 0,
    streams,
  };
}

function statusOf(pid: number, field: string): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}

function targetsOf(pid: number): string[] {
  const directory = `/proc/${String(pid)}/fd`;
  return readdirSync(directory).flatMap((name) => {
    try {
      return [readlinkSync(path.join(directory, name))];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}

async function ask<Word extends keyof Answers>(pid: number, probes: string, word: Word): Promise<Answers[Word]> {
  const socketPath = path.join(probes, `${String(pid)}.sock`);
  const text = await new Promise<string>((resolve, reject) => {
    let heard = '';
    const socket = connect(socketPath, () => socket.write(word));
    socket.setTimeout(patienceMillis, () => socket.destroy(new Error(`${socketPath} says nothing`)));
    socket.setEncoding('utf8').on('data', (more: string) => (heard += more));
    socket.once('error', reject).once('end', () => resolve(heard));
  });
  return JSON.parse(text) as Answers[Word];
}
