// Shows the results of a run to somebody at a terminal.
import type { Results } from './results.js';
import { table } from './table.js';
import { answersChecked, preamble, tablesOf } from './tables.js';

export function show(results: Results): string {
  return [
    ...preamble(results),
    ...tablesOf(results).flatMap(({ title, head, rows }) => ['', title, '', table([head, ...rows])]),
    '',
    `${String(answersChecked(results))} answers were looked into while measuring; all were right.`,
  ].join('\n');
}
