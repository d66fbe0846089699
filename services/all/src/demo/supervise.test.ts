// What ends starts again, later each time, until it is told to stop: with real processes.
import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Launched } from '../parts/index.js';
import { createCrew } from './crew.js';
import { supervise } from './supervise.js';

/** A process that does nothing until it is ended. */
async function sleeper(): Promise<Launched> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    exited,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Collects sentences and settles when one of them matches. */
function listener() {
  const said: string[] = [];
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  return {
    said,
    report(sentence: string) {
      said.push(sentence);
      for (const { pattern, resolve } of waiting) if (pattern.test(sentence)) resolve();
    },
    heard: (pattern: RegExp) => new Promise<void>((resolve) => void waiting.push({ pattern, resolve })),
  };
}

describe('supervision', () => {
  test('starts again what was killed, and says so', async () => {
    const { report, heard } = listener();
    const first = await sleeper();
    const part = supervise({ name: 'sleeper', first, launch: sleeper, report, now: Date.now });
    const again = heard(/sleeper runs again/);
    process.kill(first.pid, 'SIGKILL');
    await again;
    expect(part.pid()).not.toBe(first.pid);
    expect(alive(part.pid())).toBe(true);
    await part.stop();
    expect(alive(part.pid())).toBe(false);
  });

  test('tries again when a start fails', async () => {
    const { report, heard, said } = listener();
    const first = await sleeper();
    let tries = 0;
    const launch = () => (++tries < 3 ? Promise.reject(new Error('not yet')) : sleeper());
    const part = supervise({ name: 'sleeper', first, launch, report, now: Date.now });
    const again = heard(/runs again/);
    await first.stop();
    await again;
    expect(tries).toBe(3);
    expect(said.filter((sentence) => sentence.includes('did not start: not yet'))).toHaveLength(2);
    expect(said.filter((sentence) => sentence.includes('starts again in'))).toEqual([
      'sleeper has ended; it starts again in 0.2 s',
      'sleeper has ended; it starts again in 0.4 s',
      'sleeper has ended; it starts again in 0.8 s',
    ]);
    await part.stop();
  });

  test('a stop while it waits for the next try is the end', async () => {
    const { report, heard } = listener();
    const first = await sleeper();
    const launch = () => Promise.reject(new Error('never'));
    const part = supervise({ name: 'sleeper', first, launch, report, now: Date.now });
    const tried = heard(/did not start/);
    await first.stop();
    await tried;
    await part.stop();
    expect(alive(part.pid())).toBe(false);
  });
});

describe('a crew', () => {
  test('ends what comes after its end, too', async () => {
    const crew = createCrew(() => undefined, Date.now);
    const early = await sleeper();
    crew.add({ name: 'early', layer: 1, first: early, launch: sleeper });
    await crew.stop();
    const late = await sleeper();
    crew.add({ name: 'late', layer: 3, first: late, launch: sleeper });
    await crew.stop();
    expect([alive(early.pid), alive(late.pid)]).toEqual([false, false]);
  });

  test('ends the upper layers first', async () => {
    const ended: string[] = [];
    const crew = createCrew(() => undefined, Date.now);
    for (const [name, layer] of [
      ['postgres', 0],
      ['gateway', 3],
      ['keys', 1],
      ['token', 2],
    ] as const) {
      const first = await sleeper();
      const stop = async () => {
        await first.stop();
        ended.push(name);
      };
      crew.add({ name, layer, first: { ...first, stop }, launch: sleeper });
    }
    await crew.stop();
    expect(ended).toEqual(['gateway', 'token', 'keys', 'postgres']);
  });
});
