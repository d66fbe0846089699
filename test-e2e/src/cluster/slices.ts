// Gives pods a slice of a processor each, as if every one of them were on a machine of its own: on one machine that everybody shares, more
// pods are only more that wait. Written where the node itself writes limits, so that no pod has to be replaced for it (cgroups(7)).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plan } from './plan.js';
import type { Pod } from './pods.js';

/** As the node has it. */
const periodMicros = 100_000;

export interface Sliced<T> {
  readonly result: T;
  /** In which part of the time they had used up what they may, of 1: near 1 they are what holds everything up. */
  readonly held: number;
}

/** @param share of one processor, for each pod; a hundredth at least: the kernel knows no shorter slice than a millisecond */
export async function withSlices<T>(
  { cgroup }: Plan,
  pods: readonly Pod[],
  share: number,
  work: () => Promise<T>,
): Promise<Sliced<T>> {
  const places = pods.map((pod) => placeOf(cgroup, pod));
  for (const place of places) bind(place, share * periodMicros);
  try {
    const before = places.map(countsOf);
    const result = await work();
    const after = places.map(countsOf);
    const sum = (name: string, of: readonly Counts[]): number => of.reduce((all, each) => all + (each[name] ?? 0), 0);
    const grown = (name: string): number => sum(name, after) - sum(name, before);
    return { result, held: grown('nr_throttled') / Math.max(1, grown('nr_periods')) };
  } finally {
    for (const place of places) bind(place, undefined);
  }
}

/** Of the hierarchy for processors, or of the only one that there is. */
function placeOf(cgroup: string, { metadata }: Pod): string {
  const below = path.join(cgroup, 'kubepods/burstable', `pod${metadata.uid ?? ''}`);
  const homes = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'].map((home) => path.join(home, below));
  const place = homes.find((home) => existsSync(path.join(home, 'cpu.stat')));
  if (place === undefined) throw new Error(`no cgroup of ${metadata.name}`);
  return place;
}

function bind(place: string, micros: number | undefined): void {
  const quota = path.join(place, 'cpu.cfs_quota_us');
  if (existsSync(quota)) {
    writeFileSync(path.join(place, 'cpu.cfs_period_us'), String(periodMicros));
    writeFileSync(quota, String(micros ?? -1));
  } else writeFileSync(path.join(place, 'cpu.max'), `${String(micros ?? 'max')} ${String(periodMicros)}`);
}

type Counts = Readonly<Record<string, number>>;

const countsOf = (place: string): Counts =>
  Object.fromEntries(
    [...readFileSync(path.join(place, 'cpu.stat'), 'utf8').matchAll(/^(\w+) (\d+)$/gm)].map(
      ([, name = '', count]): [string, number] => [name, Number(count)],
    ),
  );
