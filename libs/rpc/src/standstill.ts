// How long this process did not run just now: whatever it reads next may have waited in its connections for as long, and says
// only how long its caller meant to wait in all (a frozen process, a suspended machine, a blocked event loop).

/** How often the process shows that it runs. */
const tickMillis = 100;
/** Ticks come late on a busy machine; that much is nobody's age. */
const tolerated = 400;

export interface Standstill {
  /** What a message that arrives now may have waited already, milliseconds. */
  millis(): number;
  close(): void;
}

/** @param now milliseconds of a clock that went on meanwhile */
export function watchStandstill(now: () => number = () => performance.now()): Standstill {
  let ticked = now();
  let stood = 0;
  const look = (): void => {
    const gap = now() - ticked;
    // What had come meanwhile is read in the turn after this one: the age holds until the tick after it.
    stood = gap > tickMillis + tolerated ? gap : 0;
    ticked += gap;
  };
  const timer = setInterval(look, tickMillis).unref();
  return {
    millis() {
      const gap = now() - ticked;
      return gap > tickMillis + tolerated ? gap : stood;
    },
    close: () => clearInterval(timer),
  };
}
