// One slice of load: every lane does one unit of work after the other until the time is over or the work is used up; or, in an open
// loop, units begin when they are due, whether those before them are done or not.
import { percentile } from '../report/statistics.js';
import type { Lane } from './lane.js';
import type { Work } from '../scenarios/scenario.js';

/** What a slice did. */
export interface Slice {
  readonly units: number;
  readonly seconds: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  readonly p999Millis: number;
}

/** A slice, and the answers that were kept to be looked into. */
export interface DrivenSlice {
  readonly slice: Slice;
  readonly kept: readonly string[];
}

/** Answers kept of a slice. */
const samples = 24;

/** @param now milliseconds, monotonic */
export async function driveSlice(
  work: Work,
  lanes: readonly Lane[],
  millis: number,
  now: () => number,
): Promise<DrivenSlice> {
  const notes = takeNotes();
  const startedAt = now();
  const until = startedAt + millis;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let begun = now(); begun < until;) {
        const unit = work.step(lane);
        if (unit === undefined) return;
        const evidence = await unit;
        const ended = now();
        notes.take(ended - begun, evidence);
        begun = ended;
      }
    }),
  );
  return notes.slice((now() - startedAt) / 1000);
}

/**
 * An open loop: units fall due at random with a mean rate, as those of many people who do not know of each other, and each is as
 * late as its answer is after it was due. A server that stands still for a moment makes all late that fell due meanwhile.
 *
 * @param random 0..1
 */
export async function driveOpenLoop(
  work: Work,
  lanes: readonly Lane[],
  { millis, perSecond }: { readonly millis: number; readonly perSecond: number },
  { now, random }: { readonly now: () => number; readonly random: () => number },
): Promise<DrivenSlice> {
  const notes = takeNotes();
  const startedAt = now();
  const until = startedAt + millis;
  // Whoever is free takes the next unit, and waits until it is due; with nobody free it is begun late, and that counts.
  let due = startedAt;
  await Promise.all(
    lanes.map(async (lane) => {
      for (;;) {
        due -= (Math.log(1 - random()) * 1000) / perSecond;
        const mine = due;
        if (mine >= until) return;
        for (let early = mine - now(); early > 0; early = mine - now()) await pause(early);
        const unit = work.step(lane);
        if (unit === undefined) return;
        const evidence = await unit;
        notes.take(now() - mine, evidence);
      }
    }),
  );
  return notes.slice((now() - startedAt) / 1000);
}

/** Timers know whole milliseconds, so that a unit begins up to one late; waiting closer would take the CPU from the servers. */
const pause = (millis: number) => new Promise<void>((resolve) => void setTimeout(resolve, millis));

/** How long units took, and a sample of their answers. */
function takeNotes() {
  const took: number[] = [];
  const kept: string[] = [];
  // A stride that doubles keeps a bounded sample spread over the whole slice, of whatever length it turns out to be.
  let stride = 1;
  const keep = (evidence: string): void => {
    if (took.length % stride !== 0) return;
    kept.push(evidence);
    if (kept.length < samples * 2) return;
    kept.splice(0, kept.length, ...kept.filter((_, index) => index % 2 === 0));
    stride *= 2;
  };
  return {
    take(millis: number, evidence: string): void {
      took.push(millis);
      keep(evidence);
    },
    slice(seconds: number): DrivenSlice {
      if (took.length === 0) throw new Error('the slice did nothing');
      const at = (share: number) => percentile(took, share);
      const slice = { units: took.length, seconds, p50Millis: at(0.5), p99Millis: at(0.99), p999Millis: at(0.999) };
      return { slice, kept };
    },
  };
}
