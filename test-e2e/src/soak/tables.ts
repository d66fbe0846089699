// Shows a soak: the same tables for a terminal and for docs/reliability.md.
import { markdownRows } from '../faults/table.js';
import type { Outcome } from './outcome.js';
import { complaints, mostPerHour } from './outcome.js';
import { verdictOf } from './slope.js';

/** The rest is in `--json`. */
const mostTold = 12;

const one = (number: number) => (Number.isNaN(number) ? '–' : number.toFixed(1));

/** Markdown, which people can read as it is. */
export function showSoak(outcome: Outcome): string {
  const { minutes, perSecond, reached, errands, requests, refusals, lost, windows, busy, kinds, growth, idle } =
    outcome;
  const wrong = complaints(outcome);
  const rate = requests / minutes / 60;
  const half = reached === undefined ? '' : ` (${one(reached)} were reached in a closed loop)`;
  const faults = windows.map(({ id, from, to }) => `${id} ${one((to - from) / 1_000)} s`).join(', ');
  return [
    `${String(minutes)} minutes, ${one(perSecond)} errands a second in an open loop${half}: ${String(errands)} errands, ${String(requests)} ` +
      `requests, ${rate.toFixed(0)} a second. The machine was busy to ${(100 * busy).toFixed(0)} %, the driver included.`,
    `Faults, each until everything worked again: ${faults}. Refused in them: ${String(refusals)}; lost: ${String(lost)}.`,
    idle.millis === undefined
      ? 'Not everything came back to its idle count.'
      : `Everything was back at its idle count ${one(idle.millis / 1_000)} s after the load.`,
    wrong.length === 0 ? '**It holds.**' : `**It does not hold:** ${wrong.slice(0, mostTold).join('; ')}.`,
    '',
    markdownRows(
      ['question', 'a second', 'p99 outside of faults'],
      kinds.map(({ what, perSecond: asked, p99Millis }) => [
        what,
        one(asked),
        Number.isNaN(p99Millis) ? '–' : `${p99Millis.toFixed(0)} ms`,
      ]),
    ),
    '',
    markdownRows(
      ['process', 'heap, MiB', 'resident, MiB', 'MiB an hour', `${String(mostPerHour)} MiB an hour`],
      growth.map(({ name, heap, resident, slope }) => [
        name,
        `${one(heap.first)} → ${one(heap.last)}`,
        `${one(resident.first)} → ${one(resident.last)}`,
        slope === undefined ? '–' : `${one(slope.perHour)} ± ${one(slope.error)}`,
        verdictOf(slope, mostPerHour),
      ]),
    ),
  ].join('\n');
}
