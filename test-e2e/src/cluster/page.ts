// Writes what a run found into a page, between the marks that it has for it.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Outcome } from './outcome.js';

const marks = ['<!-- test:cluster -->', '<!-- /test:cluster -->'] as const;

/** @throws where the page has no place for it */
export function writePage(file: string, outcome: Outcome): void {
  const [before, , after] = readFileSync(file, 'utf8').split(new RegExp(marks.join('|')));
  if (before === undefined || after === undefined) throw new Error(`${file} lacks the marks ${marks.join(' and ')}`);
  writeFileSync(file, `${before}${marks[0]}\n\n${tableOf(outcome)}\n\n${marks[1]}${after}`);
}

function tableOf({ versions, processors, lines }: Outcome): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const rows = [
    ['Step', 'Seconds', 'What was seen'],
    ...lines.map(({ step, seconds, found }) => [step, seconds.toFixed(0), found.replaceAll('|', '\\|')]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = widths.map((width) => '-'.repeat(width));
  return [
    `${named.join(', ')}, on ${String(processors)} processors that run everything at once.`,
    '',
    ...[line(head), line(rule), ...body.map(line)],
  ].join('\n');
}
