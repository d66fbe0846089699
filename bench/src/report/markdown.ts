// Figures as a part of a page of the documentation: between two marks, and laid out as prettier lays it out.
import type { Results } from './results.js';
import type { Table } from './tables.js';
import { preamble, tablesOf, verdictOnAnswers } from './tables.js';

const begin = '<!-- measured: begin -->';
const end = '<!-- measured: end -->';

/** The page with these figures in the place of the former ones. @throws when it has no such place */
export function writeInto(page: string, figures: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place between ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${figures}\n\n${page.slice(to)}`;
}

export function markdown(results: Results): string {
  return [
    ...preamble(results).map((line) => `${line}.`),
    ...tablesOf(results).flatMap(({ title, head, rows }) => [`### ${title}`, markdownTable({ head, rows })]),
    verdictOnAnswers(results),
  ].join('\n\n');
}

/** The first column to the left, numbers to the right. */
export function markdownTable({ head, rows }: Pick<Table, 'head' | 'rows'>): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => Array.from(row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const pad = (row: readonly string[]): string =>
    line(
      widths.map((width, column) => {
        const cell = row[column] ?? '';
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      }),
    );
  const rule = line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [pad(head), rule, ...rows.map(pad)].join('\n');
}
