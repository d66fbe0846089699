// A soak from start to verdict: what is reached, what is idle, the load with its faults, idle again, and everything held against what
// clients were told.
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDuring } from '../faults/fault.js';
import type { House } from '../faults/house.js';
import { memberNames } from '../faults/house-settings.js';
import { judgeAsk, judgeMemory } from '../faults/invariants.js';
import { judgeLedger } from '../faults/ledger.js';
import type { Stage } from '../faults/load.js';
import { turn } from '../faults/load.js';
import { finish, graceMillis, recover, sweep } from '../faults/run-fault.js';
import { openStage } from '../faults/stage.js';
import { growthOf, watchHeaps } from './heaps.js';
import { idleCounts, returnToIdle } from './idle.js';
import { startOpenLoop } from './open-loop.js';
import type { Options } from './options.js';
import type { Outcome } from './outcome.js';
import { kindsOf } from './outcome.js';
import { countedFrom, schedule } from './schedule.js';
import type { Window } from './windows.js';
import { allowanceOf } from './windows.js';

const lanesAtMost = 24;
const reachMillis = 15_000;
const faultMillis = 3_000;
const lookEveryMillis = 10_000;
const idlePatienceMillis = 60_000;
/** Tokens of all that are asked about again at the end. */
const sample = 3_000;

export async function soak(
  house: House,
  probes: string,
  options: Options,
  progress: (sentence: string) => void,
): Promise<Outcome> {
  const { minutes } = options;
  const stage = await openStage(house, options.seed);
  try {
    const { memory } = stage;
    progress('warming up');
    const reached = options.perSecond === undefined ? await reach(stage) : undefined;
    const perSecond = options.perSecond ?? (reached ?? 0) / 2;
    if (reached === undefined) await warmUp(stage, perSecond);
    else progress(`${reached.toFixed(0)} errands a second are reached`);
    progress('nobody asks, and what is idle is counted');
    const idle = await idleCounts(house, probes);

    const firstAsk = memory.asks.length;
    const from = Date.now();
    const busy = machine();
    progress(`${String(minutes)} minutes with ${perSecond.toFixed(0)} errands a second`);
    const watch = watchHeaps(house, probes, lookEveryMillis);
    const load = startOpenLoop(stage, perSecond);
    const ended = inflictAll(house, stage, minutes * 60_000, progress).finally(() => load.stop());
    const windows = await ended.finally(() => watch.stop());
    const seconds = (Date.now() - from) / 1_000;
    const busyShare = busy();
    const looks = await watch.stop();
    const asks = memory.asks.slice(firstAsk);
    progress('nobody asks any more');
    const back = await returnToIdle(house, probes, idle, idlePatienceMillis);

    progress('everybody is asked about everything');
    const unfinished = await finish(stage);
    const stride = Math.max(1, Math.floor(memory.tokens.length / sample));
    await sweep(
      stage,
      memory.tokens.filter((_, index) => index % stride === 0),
    );
    const of = (...outcomes: readonly string[]) => asks.filter(({ outcome }) => outcomes.includes(outcome)).length;
    return {
      minutes,
      ...{ reached, perSecond, errands: load.begun(), skipped: load.skipped() },
      kinds: kindsOf(asks, windows, seconds),
      ...{ requests: asks.length - of('absent'), refusals: of('refused'), lost: of('lost', 'late') },
      ...{ windows, busy: busyShare },
      growth: memberNames.map((name) => growthOf(name, looks, from + countedFrom * minutes * 60_000)),
      idle: back,
      breaches: [
        ...asks.flatMap((ask) => judgeAsk(ask, allowanceOf(ask, windows))),
        ...judgeMemory(memory, graceMillis),
        ...unfinished,
        ...(await judgeLedger(house, memory.signed)),
      ],
    };
  } finally {
    stage.close();
  }
}

/** How many errands a second are done when everybody waits for nobody; it warms up everything, too. */
async function reach(stage: Stage): Promise<number> {
  let [errands, running] = [0, true];
  const lane = async () => {
    for (; running; errands++) await turn(stage);
  };
  const lanes = Array.from({ length: lanesAtMost }, lane);
  await sleep(reachMillis / 3);
  const [before, from] = [errands, performance.now()];
  await sleep((2 * reachMillis) / 3);
  const perSecond = ((errands - before) * 1_000) / (performance.now() - from);
  running = false;
  await Promise.all(lanes);
  return perSecond;
}

async function warmUp(stage: Stage, perSecond: number): Promise<void> {
  const load = startOpenLoop(stage, perSecond);
  await sleep(reachMillis);
  await load.stop();
}

/** One fault after the other, when its time has come. @returns when each was there */
async function inflictAll(
  house: House,
  stage: Stage,
  millis: number,
  progress: (sentence: string) => void,
): Promise<Window[]> {
  const began = Date.now();
  const windows: Window[] = [];
  for (const { at, fault } of schedule(millis / 60_000)) {
    await sleep(Math.max(0, began + at * millis - Date.now()));
    const from = Date.now();
    progress(`${((from - began) / 1_000).toFixed(0)} s: ${fault.id}, ${fault.how}`);
    await fault.inflict(
      house,
      createDuring(faultMillis, () => undefined),
    );
    if ((await recover(house, stage)) === undefined) throw new Error(`nothing works after ${fault.id}`);
    windows.push({ id: fault.id, from, to: Date.now(), may: fault.may });
  }
  await sleep(Math.max(0, began + millis - Date.now()));
  return windows;
}

/** @returns tells the share of all cores that was busy since */
function machine(): () => number {
  const read = () => {
    const times = os.cpus().map((cpu) => cpu.times);
    const idle = times.reduce((sum, { idle: free }) => sum + free, 0);
    return { idle, all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) };
  };
  const before = read();
  return () => {
    const now = read();
    return 1 - (now.idle - before.idle) / (now.all - before.all);
  };
}
