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
 * @param options.millis a period; what is asked for again and again stays for ever, so values that end say so themselves
 * @param options.most how many values a period holds: those kept first go first. There are never more than twice as many
 * @param options.now milliseconds since the epoch
 */
export function createShortMemory<Value>(options: {
  millis: number;
  most: number;
  now: () => number;
}): ShortMemory<Value> {
  const { millis, most, now } = options;
  let former = new Map<string, Value>();
  let current = new Map<string, Value>();
  let begun = now();

  const turn = (): void => {
    const at = now();
    if (at - begun < millis && at >= begun) return;
    former = at - begun < 2 * millis && at >= begun ? current : new Map<string, Value>();
    current = new Map();
    begun = at;
  };
  const keep = (name: string, value: Value): void => {
    turn();
    former.delete(name);
    if (!current.has(name) && current.size >= most) current.delete(current.keys().next().value as string);
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
      current.delete(name);
      former.delete(name);
    },
    clear() {
      current.clear();
      former.clear();
    },
  };
}
