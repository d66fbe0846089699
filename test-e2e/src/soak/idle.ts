// What a house holds while nobody asks: sockets, timers, streams, threads and sessions of PostgreSQL, and whether they come back to that.
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../faults/house.js';
import type { MemberName } from '../faults/house-settings.js';
import { memberNames } from '../faults/house-settings.js';
import type { Wire } from '../faults/wire.js';
import type { Held } from './reading.js';
import { countHeld } from './reading.js';

/** Numbers by what they count, such as `token-1 sockets`. */
export type Counts = ReadonlyMap<string, number>;

/** Longer than any pool keeps what it does not use. */
const calmMillis = 40_000;
const looks = 6;
const pauseMillis = 1_000;

/**
 * Without connections to PostgreSQL, and the timer that a pool has for each: what a process does by its clock needs one, or as many as
 * it does at the same moment, which is kept for half a minute then.
 */
async function countInProcesses(house: House, probes: string): Promise<Counts> {
  const counts = new Map<string, number>();
  const wires: Partial<Record<MemberName, Wire>> = house.wires.postgres;
  for (const name of memberNames) {
    const held = await countHeld(house.members[name].pid(), probes);
    const wire = wires[name];
    for (const [what, count] of Object.entries(held)) {
      if (wire === undefined || !withConnections.has(what)) counts.set(`${name} ${what}`, count);
      else counts.set(`${name} ${what} beside connections to PostgreSQL`, count - wire.connections);
    }
  }
  return counts;
}

const withConnections: ReadonlySet<string> = new Set(['sockets', 'descriptors', 'timers'] satisfies (keyof Held)[]);

/** Connections that their pools should have closed: nobody has used them for so long. */
async function countLeftBehind(house: House): Promise<Counts> {
  const sessions = await house.postgres.sql(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE application_name LIKE 'cardea%' AND state_change < clock_timestamp() - interval '${String(calmMillis)} ms'`,
  );
  return new Map([['PostgreSQL sessions that nobody uses', Number(sessions[0]?.['count'])]]);
}

const countAll = async (house: House, probes: string): Promise<Counts> =>
  new Map([...(await countLeftBehind(house)), ...(await countInProcesses(house, probes))]);

/** The most of each that was seen while nobody asked. */
export async function idleCounts(house: House, probes: string): Promise<Counts> {
  await sleep(calmMillis);
  const most = new Map<string, number>();
  for (let look = 0; look < looks; look++) {
    for (const [what, count] of await countAll(house, probes))
      most.set(what, Math.max(count, most.get(what) ?? -Infinity));
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

/** Notes counts until each was seen at or below its idle one. */
export function createReturn(idle: Counts): { note(counts: Counts): void; above(): Return['above'] } {
  const waiting = new Map<string, number>([...idle].map(([what]) => [what, Infinity]));
  return {
    note(counts) {
      for (const [what, now] of counts) {
        if (now <= (idle.get(what) ?? 0)) waiting.delete(what);
        else if (!idle.has(what) || waiting.has(what)) waiting.set(what, now);
      }
    },
    above: () => [...waiting].map(([what, now]) => ({ what, now, idle: idle.get(what) ?? 0 })),
  };
}

/** @param patienceMillis longer than pools keep what they do not use: before that nobody knows what was left behind */
export async function returnToIdle(
  house: House,
  probes: string,
  idle: Counts,
  patienceMillis: number,
): Promise<Return> {
  const began = Date.now();
  const { note, above } = createReturn(idle);
  for (;;) {
    const calm = Date.now() - began > calmMillis;
    note(await (calm ? countAll(house, probes) : countInProcesses(house, probes)));
    const millis = Date.now() - began;
    if (above().length === 0) return { millis, above: [] };
    if (millis > patienceMillis) return { millis: undefined, above: above() };
    await sleep(pauseMillis);
  }
}
