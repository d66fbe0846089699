// A log that nobody takes: the process goes on, loses lines, and says how many (security F24).
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { openDestination } from './log-destination.js';

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

/** Takes what `room` says, call by call. */
function narrow(room: (number | string)[]) {
  let text = '';
  const destination = openDestination(1, (_descriptor, bytes, offset) => {
    const next = room.shift() ?? Infinity;
    if (typeof next === 'string') return failing(next)();
    const part = bytes.subarray(offset, offset + next);
    text += part.toString();
    return part.length;
  });
  return { destination, text: () => text };
}

test('F24: a full volume takes nothing: lines are dropped and counted, and nobody hears of it', () => {
  const { destination, text } = narrow(['ENOSPC', 'ENOSPC', Infinity]);
  destination.write('one\ntwo\n');
  destination.write('three\n');
  expect(destination.dropped()).toBe(3);
  destination.write('four\n');
  expect([text(), destination.dropped()]).toEqual(['four\n', 3]);
});

test('F24: a volume that fills up in the midst of a line: the next one that fits begins a line of its own', () => {
  const { destination, text } = narrow([6, 'ENOSPC', 'ENOSPC', Infinity]);
  destination.write('one\ntwo\nthree\n');
  expect(destination.dropped()).toBe(2);
  destination.write('four\n');
  destination.write('five\n');
  expect(text()).toBe('one\ntw\nfive\n');
  expect(destination.dropped()).toBe(3);
});

test('what is taken in pieces is written whole', () => {
  const { destination, text } = narrow([1, 2, 'EAGAIN', 3]);
  destination.write('one\ntwo\n');
  expect([text(), destination.dropped()]).toEqual(['one\ntwo\n', 0]);
});

test('a reader that does not read is waited for once, and heard of when it reads again', () => {
  let tries = 0;
  let reads = false;
  const destination = openDestination(1, (_descriptor, bytes) => {
    tries++;
    return reads ? bytes.length : failing('EAGAIN')();
  });
  destination.write('one\n');
  const first = tries;
  destination.write('two\n');
  expect([tries - first, destination.dropped()]).toEqual([1, 2]);
  reads = true;
  destination.write('three\n');
  expect(destination.dropped()).toBe(2);
});

test('losses are told as they come, and those of before at once', () => {
  const { destination } = narrow(['ENOSPC', 'ENOSPC']);
  destination.write('one\n');
  const told: number[] = [];
  destination.whenDropped((lines) => void told.push(lines));
  destination.write('two\nthree\n');
  expect(told).toEqual([1, 2]);
});

test('F24: a real process whose log is a full device lives, and ends by itself', async () => {
  const script = `
    import { openLog } from ${JSON.stringify(new URL('../dist/log.js', import.meta.url).href)};
    const log = openLog('test', 'info');
    let dropped = 0;
    log.whenDropped((lines) => (dropped += lines));
    for (let line = 0; line < 100; line++) log.info({ line }, 'said to nobody');
    setTimeout(() => log.error({}, 'and still'), 10);
    setTimeout(() => console.error(JSON.stringify({ dropped })), 50);`;
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, said.trim()]).toEqual([0, '{"dropped":101}']);
});
