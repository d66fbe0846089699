// The abort signal of a call: it fires when the caller gives up or its deadline passes, and is only made when a handler looks
// at it, because most never do and making one costs microseconds.

export interface CallSignal {
  readonly signal: AbortSignal;
  /** The caller gave up. */
  abort(): void;
  /** The call is over; nothing will fire any more. */
  done(): void;
}

/** A longer timer would fire at once. */
const longestTimerMillis = 0x7fff_ffff;

/** @param deadline milliseconds since the epoch */
export function createCallSignal(deadline: number, now: () => number): CallSignal {
  let controller: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let aborted = false;
  const abort = (): void => {
    aborted = true;
    clearTimeout(timer);
    controller?.abort();
  };
  return {
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (aborted) controller.abort();
        else timer = setTimeout(abort, Math.min(longestTimerMillis, Math.max(0, deadline - now()))).unref();
      }
      return controller.signal;
    },
    abort,
    done: () => clearTimeout(timer),
  };
}
