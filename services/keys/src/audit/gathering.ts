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
   * For a crowd, in which each waits for the others' signatures anyway. RS256 over 64 lanes, a run each: all processes together need 598 µs for
   * a token with four, 715 with one and 592 with twelve; but of callers who come at random, at 60 % of that rate, half are answered within
   * 11 ms with four, 10 with one and 15 with twelve.
   */
  readonly crowd: number;
}

export function createGathering(patience: Patience): Gathering {
  let full = true;
  let release: (() => void) | undefined;
  /** How many were on their way at once lately, at most. */
  let lately = 0;
  return {
    arrived(waiting, underWay, writing) {
      lately = Math.max(lately, waiting + underWay + writing);
      full = waiting >= enough || (lately < crowd ? underWay === 0 : waiting >= lately * share);
      if (full) release?.();
    },
    complete() {
      lately *= remembered;
      if (full) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, lately < crowd ? patience.few : patience.crowd);
        release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
