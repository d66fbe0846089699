// What a house holds while nobody asks: sockets, timers, streams, threads and sessions of PostgreSQL, and whether they come back to that.
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../faults/house.js';
import { memberNames } from '../faults/house-settings.js';
import { readProcess } from './reading.js';

/** Numbers by what they count, such as `token-1 sockets`. */
export type Counts = ReadonlyMap<string, number>;

/** Longer than any pool keeps what it does not use. */
const calmMillis = 40_000;
const looks = 6;
const pauseMillis = 1_000;

async function countAll(house: House, probes: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const name of memberNames) {
    const reading = await readProcess(house.members[name].pid(), probes);
    for (const [what, count] of Object.entries(reading.counts)) counts.set(`${name} ${what}`, count);
  }
  const sessions = await house.postgres.sql(
    `SELECT application_name AS name, count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'cardea%' GROUP BY 1`,
  );
  for (const { name, count } of sessions) counts.set(`PostgreSQL sessions of ${String(name)}`, Number(count));
  return counts;
}

/** The most of each that was seen while nobody asked. */
export async function idleCounts(house: House, probes: string): Promise<Counts> {
  await sleep(calmMillis);
  const most = new Map<string, number>();
  for (let look = 0; look < looks; look++) {
    for (const [what, count] of await countAll(house, probes)) most.set(what, Math.max(count, most.get(what) ?? 0));
    await sleep(pauseMillis);
  }
  return most;
}

export interface Return {
  /** Until everything had been seen at its idle count; undefined when that did not come. */
  readonly millis: number | undefined;
  /** What is above its idle count still. */
  readonly above: readonly { readonly what: string; readonly idle: number; readonly now: number }[];
}

/** Waits until each count was seen at or below its idle one. */
export async function returnToIdle(
  house: House,
  probes: string,
  idle: Counts,
  patienceMillis: number,
): Promise<Return> {
  const began = Date.now();
  const waiting = new Map<string, number>([...idle].map(([what]) => [what, Infinity]));
  for (;;) {
    const counts = await countAll(house, probes);
    for (const what of counts.keys()) if (!idle.has(what)) waiting.set(what, Infinity);
    for (const what of [...waiting.keys()]) {
      const now = counts.get(what) ?? 0;
      if (now <= (idle.get(what) ?? 0)) waiting.delete(what);
      else waiting.set(what, now);
    }
    const millis = Date.now() - began;
    if (waiting.size === 0) return { millis, above: [] };
    if (millis > patienceMillis) {
      const above = [...waiting].map(([what, now]) => ({ what, now, idle: idle.get(what) ?? 0 }));
      return { millis: undefined, above };
    }
    await sleep(pauseMillis);
  }
}
