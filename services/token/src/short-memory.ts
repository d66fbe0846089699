// A memory that forgets by itself: what nobody asks for during one period is gone by the end of the next. So memory follows those who
// come now, not all who ever came, and nothing is swept.

export interface ShortMemory<Value> {
  /** What is asked for stays. */
  get(name: string): Value | undefined;
  keep(name: string, value: Value): void;
  forget(name: string): void;
  clear(): void;
}

/**
 * Nothing is deleted from a Map here: one that is added to and deleted from goes on in a new table again and again, and the old one, dead
 * in V8's old generation, holds the new one and all that is in it (docs/performance.md, "What grows old"). So what is forgotten leaves
 * its name behind until the period is over.
 *
 * @param options.millis a period; what is asked for again and again stays for ever, so values that end say so themselves
 * @param options.most how many names a period holds: the next begins when there are so many. There are never more than twice as many
 * @param options.now milliseconds since the epoch
 */
export function createShortMemory<Value>(options: {
  millis: number;
  most: number;
  now: () => number;
}): ShortMemory<Value> {
  const { millis, most, now } = options;
  type Period = Map<string, Value | undefined>;
  let former: Period = new Map();
  let current: Period = new Map();
  let begun = now();

  const begin = (before: Period, at: number): void => {
    former = before;
    current = new Map();
    begun = at;
  };
  const turn = (): void => {
    const at = now();
    if (at - begun < millis && at >= begun) return;
    begin(at - begun < 2 * millis && at >= begun ? current : new Map<string, Value>(), at);
  };
  const empty = (period: Period, name: string): void => {
    if (period.has(name)) period.set(name, undefined);
  };
  const keep = (name: string, value: Value): void => {
    turn();
    empty(former, name);
    if (current.size >= most && !current.has(name)) begin(current, begun);
    current.set(name, value);
  };
  return {
    get(name) {
      turn();
      const value = current.get(name);
      if (value !== undefined) return value;
      const old = former.get(name);
      if (old !== undefined) keep(name, old);
      return old;
    },
    keep,
    forget(name) {
      empty(current, name);
      empty(former, name);
    },
    clear() {
      begin(new Map(), begun);
    },
  };
}
