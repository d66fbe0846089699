// How long a peer has said nothing to somebody who waits: it is asked whether it is there, and any word of it ends the silence. A
// frozen or vanished process keeps its connections, and TCP or keepalive tell of it many seconds later (issue 6, "no request bound to
// a dead replica").

/** Nothing heard for so long, and the peer is asked. */
const askAfterMillis = 200;
/** Asked by others long before, and still nothing: whatever may be asked elsewhere is. A busy event loop is not blocked for so long. */
export const silentMillis = 700;
/** What may not be asked twice waits longer for its answer, because refusing it is an error where asking elsewhere is none. */
export const lostMillis = 3_000;

export interface Silence {
  /** Counted in steps, so that a time in which this process did not run itself is nobody's silence. */
  readonly millis: number;
  heard(): void;
  /** @param owed whether an answer is waited for */
  pass(stepMillis: number, owed: boolean): void;
}

/** @param ask sends something that is answered at once */
export function createSilence(ask: () => void): Silence {
  let millis = 0;
  let asked = false;
  return {
    get millis() {
      return millis;
    },
    heard() {
      millis = 0;
      asked = false;
    },
    pass(stepMillis, owed) {
      // Who was asked stays silent until it answers, also when nobody waits any more: nobody shall wait there next.
      if (!owed && !asked) {
        millis = 0;
        return;
      }
      millis += stepMillis;
      if (asked || millis < askAfterMillis) return;
      asked = true;
      ask();
    },
  };
}
