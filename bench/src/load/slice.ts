// One slice of load: every lane does one unit of work after the other until the time is over or the work is used up.
import { percentile } from '../report/statistics.js';
import type { Lane } from './lane.js';
import type { Work } from '../scenarios/scenario.js';

/** What a slice did. */
export interface Slice {
  readonly units: number;
  readonly seconds: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
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

  const startedAt = now();
  const until = startedAt + millis;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let begun = now(); begun < until;) {
        const unit = work.step(lane);
        if (unit === undefined) return;
        const evidence = await unit;
        const ended = now();
        took.push(ended - begun);
        keep(evidence);
        begun = ended;
      }
    }),
  );
  const seconds = (now() - startedAt) / 1000;
  if (took.length === 0) throw new Error('the slice did nothing');
  const slice = {
    units: took.length,
    seconds,
    p50Millis: percentile(took, 0.5),
    p99Millis: percentile(took, 0.99),
  };
  return { slice, kept };
}
