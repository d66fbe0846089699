// The abort signal of a call: it fires when the caller gives up or its deadline passes, and is only made when a handler looks
// at it, because most never do and making one costs microseconds.

/** A longer timer would fire at once. */
const longestTimerMillis = 0x7fff_ffff;

/** A class: a getter in an object literal is defined anew for each of them, slowly. */
export class CallSignal {
  private readonly deadline: number;
  private readonly now: () => number;
  private controller: AbortController | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;
  private aborted = false;

  /** @param deadline milliseconds since the epoch */
  constructor(deadline: number, now: () => number) {
    this.deadline = deadline;
    this.now = now;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort();
      else {
        const millis = Math.min(longestTimerMillis, Math.max(0, this.deadline - this.now()));
        this.timer = setTimeout(() => this.abort(), millis).unref();
      }
    }
    return this.controller.signal;
  }

  /** The caller gave up. */
  abort(): void {
    this.aborted = true;
    clearTimeout(this.timer);
    this.controller?.abort();
  }

  /** The call is over; nothing will fire any more. */
  done(): void {
    clearTimeout(this.timer);
  }
}
