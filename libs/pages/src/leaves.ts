// Lists a table of texts, so that a test can hold the languages against each other.

/** Each text by the way to it; HTML as its markup, a text with parameters as their number. */
export function leavesOf(table: object, path = ''): [way: string, text: string][] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const way = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') return [[way, value]];
    if (typeof value === 'function') return [[way, `(${String(value.length)})`]];
    const markup = (value as { markup?: unknown }).markup;
    return typeof markup === 'string' ? [[way, markup]] : leavesOf(value as object, way);
  });
}
