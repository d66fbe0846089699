// How long a run takes, part by part, and how much of it is left: what was expected, mended by what the part under way has needed
// so far.

/** Parts of a run, in their order, with the seconds each is expected to take. */
export type Timetable = readonly (readonly [part: string, seconds: number])[];

export interface Pace {
  /** The part of that name is under way now; what was before it is over. */
  begin(part: string): void;
  /** @param share 0..1 of the part under way that is done */
  at(share: number): void;
  /** In words. */
  left(): string;
}

/** Less than this of a part does not say how long the rest takes. */
const enough = 0.1;

/** @param now milliseconds, monotonic */
export function createPace(table: Timetable, now: () => number): Pace {
  let current = -1;
  let begun = now();
  let done = 0;
  return {
    begin(part) {
      current = table.findIndex(([name]) => name === part);
      begun = now();
      done = 0;
    },
    at: (share) => void (done = share),
    left() {
      const later = secondsOf(table.slice(current + 1));
      const expected = (table[current]?.[1] ?? 0) * (1 - done);
      const elapsed = (now() - begun) / 1000;
      const rest = done < enough ? expected : (elapsed * (1 - done)) / done;
      const minutes = (later + rest) / 60;
      return minutes < 1.5 ? 'a minute left' : `${minutes.toFixed(0)} minutes left`;
    },
  };
}

export const secondsOf = (table: Timetable): number => table.reduce((sum, [, seconds]) => sum + seconds, 0);
