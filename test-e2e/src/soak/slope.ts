// How fast a heap grows, and how sure that is: one slope through all lives of a process, each with a level of its own, because a
// restart begins anew (security §5, leak rule).

export interface Sample {
  /** Which life of the process it is of. */
  readonly life: number;
  readonly hours: number;
  readonly mebibytes: number;
}

export interface Slope {
  /** MiB an hour. */
  readonly perHour: number;
  /** Standard error of it, as if samples were independent. */
  readonly error: number;
  readonly samples: number;
}

/** Fewer degrees of freedom say nothing. */
const leastFreedom = 4;

/** Least squares with a level for each life; undefined when there are too few samples to tell. */
export function slopeOf(samples: readonly Sample[]): Slope | undefined {
  const lives = [...new Set(samples.map(({ life }) => life))];
  const freedom = samples.length - lives.length - 1;
  const centred = lives.flatMap((life) => {
    const own = samples.filter((sample) => sample.life === life);
    const [hours, level] = [mean(own.map((one) => one.hours)), mean(own.map((one) => one.mebibytes))];
    return own.map((one) => ({ x: one.hours - hours, y: one.mebibytes - level }));
  });
  const spread = sum(centred.map(({ x }) => x * x));
  if (freedom < leastFreedom || spread === 0) return undefined;
  const perHour = sum(centred.map(({ x, y }) => x * y)) / spread;
  const rest = sum(centred.map(({ x, y }) => (y - perHour * x) ** 2));
  return { perHour, error: Math.sqrt(rest / freedom / spread), samples: samples.length };
}

export type Verdict = 'below' | 'not above' | 'ABOVE' | 'too short';

/**
 * Two standard errors on either side of the slope: `below` when all of it is below the bound, `ABOVE` when all of it is above, and
 * `not above` when this many samples cannot tell.
 */
export function verdictOf(slope: Slope | undefined, mostPerHour: number): Verdict {
  if (slope === undefined) return 'too short';
  const { perHour, error } = slope;
  if (perHour - 2 * error > mostPerHour) return 'ABOVE';
  return perHour + 2 * error <= mostPerHour ? 'below' : 'not above';
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;
