// Shows the results of a run to somebody at a terminal.
import type { Results } from './results.js';
import { table } from './table.js';
import { preamble, tablesOf, verdictOnAnswers } from './tables.js';

export function show(results: Results): string {
  return [
    ...preamble(results),
    ...tablesOf(results).flatMap(({ title, head, rows }) => ['', title, '', table([head, ...rows])]),
    '',
    verdictOnAnswers(results),
  ].join('\n');
}
