// Calls are found by their numbers, whatever places they have to share.
import { expect, test } from '@jest/globals';
import { createCallTable } from './call-table.js';

test.each([
  ['numbers that follow each other', (i: number) => i + 1],
  ['numbers that all want one place', (i: number) => i * 1_024],
  ['the last numbers there are', (i: number) => 0xffff_ffff - i],
])('%s, more of them than places', (_name, idOf) => {
  const table = createCallTable<string>();
  const ids = Array.from({ length: 3_000 }, (_, i) => idOf(i));
  for (const id of ids) table.add(id, `call ${String(id)}`);
  expect(table.size).toBe(3_000);
  expect(ids.map((id) => table.get(id))).toEqual(ids.map((id) => `call ${String(id)}`));
  // Places become free, and those that had none keep being found.
  const [gone, left] = [ids.slice(0, 1_500), ids.slice(1_500)];
  expect(gone.every((id) => table.delete(id))).toBe(true);
  expect(gone.map((id) => [table.get(id), table.delete(id)])).toEqual(gone.map(() => [undefined, false]));
  expect(table.all().sort()).toEqual(left.map((id) => `call ${String(id)}`).sort());
  for (const id of gone) table.add(id, 'anew');
  expect(gone.every((id) => table.get(id) === 'anew')).toBe(true);
  expect(left.every((id) => table.get(id) === `call ${String(id)}`)).toBe(true);
  expect(table.size).toBe(3_000);
});
