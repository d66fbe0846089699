// What a process holds: told by itself after a collection (probe.ts), and by the kernel, which knows better.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { Said } from './probe.js';

export interface Reading {
  readonly pid: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
  /** What must be as before once nobody asks any more. */
  readonly counts: Readonly<Record<'sockets' | 'descriptors' | 'threads' | 'timers' | 'streams', number>>;
}

const patienceMillis = 10_000;

/** @param probes where the processes' sockets lie @throws when the process does not answer */
export async function readProcess(pid: number, probes: string): Promise<Reading> {
  const { heapBytes, externalBytes, resources, streams } = await hear(path.join(probes, `${String(pid)}.sock`));
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  const open = targetsOf(pid);
  const counts = {
    sockets: open.filter((target) => target.startsWith('socket:')).length,
    descriptors: open.length,
    threads: field('Threads'),
    timers: resources['Timeout'] ?? 0,
    streams,
  };
  return { pid, heapBytes, externalBytes, residentBytes: field('VmRSS') * 1_024, counts };
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

async function hear(socketPath: string): Promise<Said> {
  const text = await new Promise<string>((resolve, reject) => {
    let heard = '';
    const socket = connect(socketPath);
    socket.setTimeout(patienceMillis, () => socket.destroy(new Error(`${socketPath} says nothing`)));
    socket.setEncoding('utf8').on('data', (more: string) => (heard += more));
    socket.once('error', reject).once('end', () => resolve(heard));
  });
  return JSON.parse(text) as Said;
}
