// Holds a commit of the record back while more signatures are being made, never for long: what a commit costs besides its rows is as
// much as twenty of them, and signatures that take their time (RSA, a token) come one by one.

export interface Gathering {
  /** @param underWay how many more are being made */
  arrived(waiting: number, underWay: number): void;
  /** Settles when no more are under way, when enough wait, or when patience ends. */
  complete(): Promise<void>;
}

const enough = 32;

export function createGathering(patienceMillis: number): Gathering {
  let full = true;
  let release: (() => void) | undefined;
  return {
    arrived(waiting, underWay) {
      full = underWay === 0 || waiting >= enough;
      if (full) release?.();
    },
    complete() {
      if (full) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, patienceMillis);
        release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
