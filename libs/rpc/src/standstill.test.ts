// A process that stood still counts that time against what it finds waiting; one that is only busy does not.
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { watchStandstill } from './standstill.js';

test('a blocked event loop is counted until the tick after it, a short pause is not', async () => {
  let clock = 0;
  const standstill = watchStandstill(() => clock);
  try {
    expect(standstill.millis()).toBe(0);
    clock += 400;
    expect(standstill.millis()).toBe(0);
    clock += 11_600;
    expect(standstill.millis()).toBe(12_000);
    // The timer looks: what it finds holds for one tick.
    await until(() => standstill.millis() === 12_000);
    await until(() => standstill.millis() === 0);
  } finally {
    standstill.close();
  }
});

test('a process that was frozen knows for how long, at the first message that it reads', async () => {
  const program = `
    import { watchStandstill } from ${JSON.stringify(new URL('../dist/standstill.js', import.meta.url).href)};
    import { createInterface } from 'node:readline';
    const standstill = watchStandstill();
    createInterface({ input: process.stdin }).on('line', () => console.log(standstill.millis()));
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('ready');
    child.kill('SIGSTOP');
    child.stdin.write('how long?\n');
    const frozenMillis = 1_500;
    await new Promise((resolve) => setTimeout(resolve, frozenMillis));
    child.kill('SIGCONT');
    expect(Number((await lines.next()).value)).toBeGreaterThanOrEqual(frozenMillis - 200);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
