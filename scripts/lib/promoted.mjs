// Prints how many bytes of one call of a piece of work V8 moves to its old generation, as `node promoted.mjs MODULE ENOUGH`: a process
// of its own, as among tests others would add theirs, and wait for cores.
//
// MODULE exports `calls`, how many a round makes, and `work()`, which makes them. Nothing is measured again below ENOUGH bytes.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const [module = '', enough = '0'] = process.argv.slice(2);
const { work, calls } = await import(pathToFileURL(path.resolve(module)).href);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Bytes that scavenges moved to the old generation during a round. */
async function promoted() {
  const profiler = new GCProfiler();
  profiler.start();
  const done = work();
  await sleep(50);
  // What is under way just now is promoted by this, and will be dead in a moment: the worst that can hold what comes after.
  collect();
  await done;
  const oldSpace = ({ heapSpaceStatistics }) =>
    heapSpaceStatistics.find(({ spaceName }) => spaceName === 'old_space')?.spaceUsedSize ?? 0;
  return profiler
    .stop()
    .statistics.filter(({ gcType }) => gcType === 'Scavenge')
    .reduce((sum, { beforeGC, afterGC }) => sum + oldSpace(afterGC) - oldSpace(beforeGC), 0);
}

await work();
// What else this process does at the moment only ever adds to it.
let bytes = Infinity;
for (let rounds = 0; rounds < 5 && bytes > Number(enough); rounds++) {
  bytes = Math.min(bytes, (await promoted()) / calls);
}
process.stdout.write(`${String(bytes)}\n`);
process.exit(0);
