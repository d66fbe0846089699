// Puts the rows a batch statement returned back beside the rows it was given, by `ord` (storage/group-commit.ts).

/** One entry for each input row: what `read` makes of its returned row, or undefined when it returned none. */
export function inOrder<T>(
  returned: readonly Record<string, unknown>[],
  count: number,
  read: (row: Record<string, unknown>) => T,
): (T | undefined)[] {
  const results: (T | undefined)[] = new Array<T | undefined>(count).fill(undefined);
  for (const row of returned) results[(row['ord'] as number) - 1] = read(row);
  return results;
}
