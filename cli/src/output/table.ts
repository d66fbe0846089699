// Tables of text: several things as rows under their titles, a single one downwards.
import { printable } from './printable.js';
import type { Shown } from './shown.js';

export function drawTable({ columns, rows, single = false, remarks = [] }: Shown): string {
  const [first] = rows;
  const table =
    single && first !== undefined
      ? columns.map((title, column) => [title, first[column] ?? ''])
      : [[...columns], ...rows.map((row) => [...row])];
  const drawn = columns.length === 0 ? '' : align(table.map((row) => row.map(printable)));
  return `${drawn}${remarks.map((remark) => `${remark}\n`).join('')}`;
}

/** Pads all but the last column. */
function align(table: readonly (readonly string[])[]): string {
  const count = Math.max(0, ...table.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...table.map((row) => row[column]?.length ?? 0)),
  );
  const draw = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return table.map((row) => `${draw(row).trimEnd()}\n`).join('');
}
