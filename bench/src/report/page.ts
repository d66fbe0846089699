// A run as a page that works from a file system, without scripts, by day and night; its pictures are files of their own, too.
import type { BarRow } from './picture/bars.js';
import { bars } from './picture/bars.js';
import { curves } from './picture/curves.js';
import type { Markup } from './picture/svg.js';
import { element, escape, palette } from './picture/svg.js';
import type { Results } from './results.js';
import { preamble, tablesOf, verdictOnAnswers } from './tables.js';

/** Files by name. */
export function page(results: Results): Readonly<Record<string, string>> {
  const pictures = picturesOf(results);
  const tables = tablesOf(results).map(({ title, head, rows }) => {
    const cells = (kind: string, row: readonly string[]) => row.map((cell) => element(kind, {}, escape(cell))).join('');
    const body = rows.map((row) => element('tr', {}, cells('td', row)));
    const wide = element('table', {}, element('tr', {}, cells('th', head)), ...body);
    return element('h2', {}, escape(title)) + element('div', { class: 'wide' }, wide);
  });
  const html = [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Cardea: benchmark of ${escape(results.at.slice(0, 10))}</title><style>${style}</style><main><h1>Cardea: benchmark</h1>`,
    ...preamble(results).map((line) => element('p', {}, escape(`${line}.`))),
    ...results.problems.map((problem) => element('p', { class: 'problem' }, escape(problem))),
    ...Object.values(pictures).map((drawn) => element('figure', {}, drawn)),
    ...tables,
    element('p', {}, escape(verdictOnAnswers(results))),
    '</main></html>',
  ].join('\n');
  return {
    'index.html': html,
    'results.json': `${JSON.stringify(results, undefined, 2)}\n`,
    ...Object.fromEntries(Object.entries(pictures).map(([name, drawn]) => [`${name}.svg`, drawn])),
  };
}

const style = `${palette}
  body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 900px; margin: 0 auto; padding: 24px 16px; } figure { margin: 24px 0; } svg { max-width: 100%; height: auto; }
  .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
  th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid var(--rule); } th:first-child, td:first-child { text-align: left; }
  th { color: var(--soft); font-weight: 500; } .problem { color: var(--mark); }`;

/** Whole flows beside single requests would be all there is to see. */
const dearMicros = 400;

function picturesOf(results: Results): Readonly<Record<string, Markup>> {
  const { scenarios, peers, idleBytes, residentBytes, lateness } = results;
  const rows: BarRow[] = scenarios.map(({ name, cpuMicros, limits }) => ({
    name,
    values: [
      cpuMicros.median,
      ...peers.map((peer) => peer.scenarios.find((result) => result.name === name)?.cpuMicros.median),
    ],
    ...(limits && { aim: limits.aim, neverAbove: limits.neverAbove + (limits.record ?? 0) }),
  }));
  const costs = { unit: 'CPU µs a request over all processes', names: ['Cardea', ...peers.map(({ name }) => name)] };
  const dear = ({ values, neverAbove = 0 }: BarRow) => Math.max(values[0] ?? 0, neverAbove) > dearMicros;
  const megabytes = (bytes: number | undefined) => bytes && bytes / 1024 / 1024;
  const late = [...new Set(lateness.map(({ scenario }) => scenario))].map((name) => {
    const those = lateness.filter(({ scenario }) => scenario === name);
    const line = (millis: (each: (typeof those)[number]) => number) =>
      those.map((each): [number, number] => [each.asked, millis(each)]);
    return {
      name,
      lines: [line((each) => each.p50Millis), line((each) => each.p99Millis), line((each) => each.p999Millis)],
    };
  });
  return {
    ...some(
      'requests',
      rows.filter((row) => !dear(row)),
      (shown) => bars({ title: 'Single requests', ...costs, rows: shown }),
    ),
    ...some('exchanges', rows.filter(dear), (shown) => bars({ title: 'Exchanges and flows', ...costs, rows: shown })),
    ...some('lateness', late, (all) =>
      curves({ title: 'How late answers are', names: ['p50', 'p99', 'p99.9'], x: 'requests a second', y: 'ms', all }),
    ),
    ...some('memory', Object.keys(residentBytes), (names) =>
      bars({
        ...{ title: 'Resident memory', unit: 'MB', names: ['idle', 'under load'] },
        rows: names.map((name) => ({ name, values: [megabytes(idleBytes[name]), megabytes(residentBytes[name])] })),
      }),
    ),
  };
}

/** Nothing has no picture. */
const some = <T>(name: string, of: readonly T[], draw: (of: readonly T[]) => Markup): Record<string, Markup> =>
  of.length === 0 ? {} : { [name]: draw(of) };
