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

async function countInProcesses(house: House, probes: string): Promise<Counts> {
  const counts = new Map<string, number>();
  for (const name of memberNames) {
    const reading = await readProcess(house.members[name].pid(), probes);
    for (const [what, count] of Object.entries(reading.counts)) counts.set(`${name} ${what}`, count);
  }
  return counts;
}

const sessionsOf = 'PostgreSQL sessions of ';

async function countSessions(house: House): Promise<Counts> {
  const sessions = await house.postgres.sql(
    `SELECT application_name AS name, count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'cardea%' GROUP BY 1`,
  );
  return new Map(sessions.map(({ name, count }) => [`${sessionsOf}${String(name)}`, Number(count)]));
}

/** The most of each that was seen while nobody asked. */
export async function idleCounts(house: House, probes: string): Promise<Counts> {
  await sleep(calmMillis);
  const most = new Map<string, number>();
  for (let look = 0; look < looks; look++) {
    for (const [what, count] of [...(await countSessions(house)), ...(await countInProcesses(house, probes))])
      most.set(what, Math.max(count, most.get(what) ?? 0));
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

/**
 * Waits until each count was seen at or below its idle one.
 *
 * Processes are asked once their sessions are back: to answer they collect their garbage, which stops one with a big heap for so long
 * that what it does by the clock comes together afterwards, and keeps connections in use that nobody needs.
 */
export async function returnToIdle(
  house: House,
  probes: string,
  idle: Counts,
  patienceMillis: number,
): Promise<Return> {
  const began = Date.now();
  const waiting = new Map<string, number>([...idle].map(([what]) => [what, Infinity]));
  const isSession = (what: string) => what.startsWith(sessionsOf);
  const note = (counts: Counts, isAbout: (what: string) => boolean) => {
    for (const what of counts.keys()) if (!idle.has(what)) waiting.set(what, Infinity);
    for (const what of [...waiting.keys()].filter(isAbout)) {
      const now = counts.get(what) ?? 0;
      if (now <= (idle.get(what) ?? 0)) waiting.delete(what);
      else waiting.set(what, now);
    }
  };
  for (;;) {
    note(await countSessions(house), isSession);
    const processesToo = ![...waiting.keys()].some(isSession);
    if (processesToo) note(await countInProcesses(house, probes), (what) => !isSession(what));
    const millis = Date.now() - began;
    if (waiting.size === 0) return { millis, above: [] };
    if (millis > patienceMillis) {
      const seen = [...waiting].filter(([, now]) => now < Infinity);
      const above = seen.map(([what, now]) => ({ what, now, idle: idle.get(what) ?? 0 }));
      return { millis: undefined, above };
    }
    await sleep(pauseMillis);
  }
}
