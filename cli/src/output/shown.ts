// What a command has to show, before anybody decides in which format.

/** One thing or several, each as JSON, as a row and as an id. */
export interface Shown {
  /** What the JSON formats print. */
  readonly json: unknown;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What `-q` prints, a line each. */
  readonly ids: readonly string[];
  /** A single thing is drawn downwards, as Hydra draws it. */
  readonly single?: boolean;
  /** Below the table only, for the eyes. */
  readonly remarks?: readonly string[];
}

/** A row's worth of something. */
export interface Column<T> {
  readonly title: string;
  readonly of: (item: T) => string;
}

/** @param items what to show @param id what `-q` prints of each */
export function showList<T>(items: readonly T[], columns: readonly Column<T>[], id: (item: T) => string): Shown {
  return {
    json: items,
    columns: columns.map(({ title }) => title),
    rows: items.map((item) => columns.map(({ of }) => of(item))),
    ids: items.map(id),
  };
}

export function showOne<T>(item: T, columns: readonly Column<T>[], id: (item: T) => string): Shown {
  return { ...showList([item], columns, id), json: item, single: true };
}

/** The ids of what was done; JSON is one id, or a list of them where several were given. */
export function showIds(ids: readonly string[], title = 'ID'): Shown {
  return { json: ids.length === 1 ? ids[0] : ids, columns: [title], rows: ids.map((id) => [id]), ids };
}
