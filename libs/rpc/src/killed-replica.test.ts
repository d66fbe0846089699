// A replica that the kernel kills while its stream is open: nobody is refused where another one is there, and its successor is found
// and used without anybody's help (issue 6, "streams re-established within a second, no request bound to a dead replica").
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clientOf, gate, peerOf, roads, serveEcho, until } from './echo.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

/** Built, for plain Node: `npm test` sees to it. */
const script = fileURLToPath(new URL('../dist/replica.fixture.js', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function startReplica(name: string, at = '127.0.0.1:0') {
  const child = spawn(process.execPath, [script, at, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [address] = (await once(lines, 'line')) as [string];
  let taken = 0;
  lines.on('line', () => taken++);
  return {
    address,
    taken: () => taken,
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Longer than any test: whatever is settled was settled by somebody, and not by its own deadline. */
const unhurried = { timeoutMillis: 600_000, idempotent: ['say', 'ask'] as const };

describe.each(roads)('over %s', (_road, road) => {
  test('what it had taken, and what comes next, is answered by another', async () => {
    const hold = gate();
    const doomed = await startReplica('doomed');
    const other = await serveEcho({ ask: (said) => hold.promise.then(() => said) });
    const client = clientOf(peerOf([doomed.address, other.address]), { ...road, ...unhurried });
    const calls: Promise<unknown>[] = [];
    await until(() => {
      calls.push(client.ask({ text: 'before' }));
      return doomed.taken() >= 5;
    });
    await doomed.kill();
    calls.push(client.ask({ text: 'after' }));
    hold.open();
    await Promise.all(calls);
    expect(await client.ask({ text: 'later' })).toEqual({ text: 'later' });
  });

  test('a call that waits goes to its successor, and so do those that others could answer', async () => {
    const first = await startReplica('first');
    const peer = peerOf([first.address], { patienceMillis: 600_000 });
    const client = clientOf(peer, { ...road, ...unhurried });
    expect(await client.say({ text: '' })).toEqual({ text: 'first' });
    await first.kill();
    const waiting = client.say({ text: '' });
    const second = await startReplica('second', first.address);
    expect(await waiting).toEqual({ text: 'second' });

    const other = await startReplica('other');
    const both = clientOf(peerOf([second.address, other.address]), { ...road, ...unhurried });
    const answeredBy = async (name: string) => until(async () => (await both.say({ text: '' })).text === name);
    await answeredBy('second');
    await second.kill();
    // Not one of these is refused.
    for (let count = 0; count < 20; count++) expect(await both.say({ text: '' })).toEqual({ text: 'other' });
    await startReplica('third', second.address);
    await answeredBy('third');
  });
});
