// Holds a commit of the record back while more signatures are on their way, never for long: what a commit costs besides its rows is as
// much as twenty of them, signatures that take their time (RSA, a token) come one by one, and those of a crowd in many small waves.
export interface Gathering {
  /**
   * @param underWay how many more are being made
   * @param writing how many are in the commit under way
   */
  arrived(waiting: number, underWay: number, writing: number): void;
  /** Settles when those that wait are worth a commit, or when patience ends. */
  complete(): Promise<void>;
}

const enough = 32;
/**
 * From so many at once on it is worth waiting for more though none is being made: their callers come again as soon as they are
 * answered. Commits of a crowd of 64 grow from 27 rows to 33, and a signature with ES256 costs a tenth less in both processes.
 */
const crowd = 16;
/** Of a crowd: who comes last may be slow. */
const share = 0.75;
/** What each commit leaves of the memory of a crowd. */
const remembered = 0.9;

/** How long a commit is held back at most, milliseconds. */
export interface Patience {
  /** For what is just being made by few. */
  readonly few: number;
  /**
   * For a crowd that was there lately: those who come at random do not come again. Of tokens signed with RS256, at 60 % of the rate, half are
   * given within 10 and 11 ms, with twelve milliseconds within 15.
   */
  readonly crowd: number;
  /**
   * For a crowd that is there and still being made, in which each waits for the others' signatures anyway: with RS256 over 64 lanes a code
   * exchange costs all processes together 681 and 685 µs, with four milliseconds 745.
   */
  readonly present: number;
}

export function createGathering(patience: Patience): Gathering {
  let full = true;
  let release: (() => void) | undefined;
  /** How many wait or are being made, as long as any is. */
  let present = 0;
  /** How many were on their way at once lately, at most. */
  let lately = 0;
  const patienceNow = (): number => {
    if (present >= crowd) return patience.present;
    return lately < crowd ? patience.few : patience.crowd;
  };
  return {
    arrived(waiting, underWay, writing) {
      present = underWay === 0 ? 0 : waiting + underWay;
      lately = Math.max(lately, waiting + underWay + writing);
      full = waiting >= enough || (lately < crowd ? underWay === 0 : waiting >= lately * share);
      if (full) release?.();
    },
    complete() {
      lately *= remembered;
      if (full) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, patienceNow());
        release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
