// A bounded memory: what was kept last stays, what was kept longest ago goes first.

/** The latest values by name. */
export interface Latest<Value> {
  get(name: string): Value | undefined;
  /** Keeps a value, behind all others. */
  keep(name: string, value: Value): void;
  forget(name: string): void;
}

/** @param most how many values are kept */
export function createLatest<Value>(most: number): Latest<Value> {
  const kept = new Map<string, Value>();
  return {
    get: (name) => kept.get(name),
    keep(name, value) {
      kept.delete(name);
      kept.set(name, value);
      if (kept.size > most) kept.delete(kept.keys().next().value as string);
    },
    forget: (name) => void kept.delete(name),
  };
}
