// Calls under way by their numbers, in places that are made once and taken in turn.

export interface CallTable<Call> {
  readonly size: number;
  get(id: number): Call | undefined;
  /** @param id one that is not in the table */
  add(id: number, call: Call): void;
  /** @returns whether it was there */
  delete(id: number): boolean;
  /** All that are there now. */
  all(): Call[];
}

/** A power of two, above what is under way on a busy stream. */
const places = 1_024;

/**
 * A Map would do, but for its tables in V8: each time it has had as many additions as it has room for it goes on in a new one, and the
 * old one points to the new. A table that was once promoted to the old generation so holds the one after it, though dead, and that the
 * next: every call that is under way while a table is left is promoted, with its request, its response, and what waits for it. So the
 * admin service promoted 3.5 kB for an introspection, a fifth of what it allocates; it is 30 bytes now (scripts/grows-old.test.ts).
 *
 * Numbers that follow each other take places that follow each other. One whose place is taken by a call that has been under way for
 * long goes to a Map, as do those of a flood that are more than there are places.
 */
export function createCallTable<Call>(): CallTable<Call> {
  const ids = new Uint32Array(places);
  const calls = new Array<Call | undefined>(places).fill(undefined);
  const crowded = new Map<number, Call>();
  let seated = 0;

  const placeOf = (id: number): number => id & (places - 1);
  const sits = (id: number, place: number): boolean => calls[place] !== undefined && ids[place] === id;

  return {
    get size() {
      return seated + crowded.size;
    },
    get(id) {
      const place = placeOf(id);
      return sits(id, place) ? calls[place] : crowded.get(id);
    },
    add(id, call) {
      const place = placeOf(id);
      if (calls[place] !== undefined) {
        crowded.set(id, call);
        return;
      }
      ids[place] = id;
      calls[place] = call;
      seated++;
    },
    delete(id) {
      const place = placeOf(id);
      if (!sits(id, place)) return crowded.delete(id);
      calls[place] = undefined;
      seated--;
      return true;
    },
    all: () => [...calls.filter((call) => call !== undefined), ...crowded.values()],
  };
}
