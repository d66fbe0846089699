// Shows outcomes: as a table for a terminal, as one for docs/reliability.md, and each breach with the history of its one token.
import type { Breach } from './invariants.js';
import type { Outcome } from './outcome.js';
import { verdictOf } from './outcome.js';

const heads = [
  'fault',
  'what is done',
  'requests',
  'refused',
  'lost',
  'refusal p99',
  'invariants',
  'back after',
] as const;

const millis = (value: number | undefined) => (value === undefined ? '–' : `${String(Math.round(value))} ms`);
const seconds = (value: number | undefined) => (value === undefined ? '–' : `${(value / 1_000).toFixed(1)} s`);

function cells(outcome: Outcome): string[] {
  const { id, how, notes } = outcome;
  return [
    id,
    notes.length === 0 ? how : `${how} (${notes.join('; ')})`,
    String(outcome.requests),
    String(outcome.refusals),
    String(outcome.lost),
    millis(outcome.refusalMillis),
    verdictOf(outcome),
    seconds(outcome.recoveryMillis),
  ];
}

/** For a terminal: one line a fault, what is done at its end. */
export function showTable(outcomes: readonly Outcome[]): string {
  const rows = [[...heads], ...outcomes.map(cells)].map(([id = '', how = '', ...rest]) => [id, ...rest, how]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** For a document. */
export function markdownTable(outcomes: readonly Outcome[]): string {
  return markdownRows(heads, outcomes.map(cells));
}

/** A table for a document, padded as the formatter of the documents pads. */
export function markdownRows(names: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [names, ...body].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = names.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...others] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

/** The breach and the history of the one thing that broke it. */
export const showBreach = ({ invariant, sentence, history }: Breach): string =>
  [`${invariant}: ${sentence}`, ...history.map((line) => `    ${line}`)].join('\n');

/** Replaces what stands between the two marks of a command in a document. @throws when it has no marks */
export function writeSection(document: string, section: string, command = 'npm run faults -- --write'): string {
  const [begin, end] = [`<!-- made by \`${command}\`: begin -->`, `<!-- made by \`${command}\`: end -->`] as const;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no lines ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${section}\n\n${document.slice(to)}`;
}
