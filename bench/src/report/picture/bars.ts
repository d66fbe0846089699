// Bars that lie: a row for each thing, a bar in it for each series, and marks that it should or must not reach.
import type { Markup } from './svg.js';
import { element, picture, series, text, ticks } from './svg.js';

export interface BarRow {
  readonly name: string;
  /** A value of each series, or nothing. */
  readonly values: readonly (number | undefined)[];
  readonly aim?: number | undefined;
  readonly neverAbove?: number | undefined;
}

const width = 860;
const left = 210;
const right = 60;
const bar = 13;
const gap = 12;
const head = 56;

/** @param options.unit of the values */
export function bars(options: {
  readonly title: string;
  readonly unit: string;
  readonly names: readonly string[];
  readonly rows: readonly BarRow[];
}): Markup {
  const { title, unit, names, rows } = options;
  const marks = ticks(Math.max(1, ...rows.flatMap(({ values, neverAbove }) => [...values, neverAbove]).map(known)));
  const highest = marks.at(-1) ?? 1;
  const x = (value: number): number => left + ((width - left - right) * value) / highest;
  const mark = (value: number | undefined, kind: string, top: number, bottom: number): Markup[] =>
    value === undefined
      ? []
      : [element('line', { x1: x(value), x2: x(value), y1: top - 3, y2: bottom + 1, class: kind })];
  let y = head;
  const drawn = rows.map((row) => {
    const shown = row.values.flatMap((value, index) => (value === undefined ? [] : [{ value, index }]));
    const top = y;
    const bottom = top + shown.length * bar;
    y = bottom + gap;
    return [
      text(left - 8, (top + bottom) / 2 + 4, 'end', row.name),
      ...shown.flatMap(({ value, index }, at) => [
        element('rect', { x: left, y: top + at * bar, width: x(value) - left, height: bar - 2, class: series(index) }),
        text(x(value) + 5, top + at * bar + bar - 3, 'soft', value.toFixed(0)),
      ]),
      ...mark(row.aim, 'aim', top, bottom),
      ...mark(row.neverAbove, 'never', top, bottom),
    ].join('');
  });
  const grid = marks.map((value) =>
    [
      element('line', { x1: x(value), x2: x(value), y1: head - 6, y2: y - gap + 4, class: 'rule' }),
      text(x(value), y + 8, 'soft middle', value.toLocaleString('en')),
    ].join(''),
  );
  return picture(
    width,
    y + 18,
    title,
    text(8, 18, 'title', `${title}, ${unit}`),
    ...legend(
      names,
      rows.some(({ aim }) => aim !== undefined),
    ),
    ...grid,
    ...drawn,
  );
}

const known = (value: number | undefined): number => value ?? 0;

function legend(names: readonly string[], marked: boolean): Markup[] {
  let x = 8;
  const entry = (swatch: (at: number) => Markup, words: string): Markup => {
    const at = x;
    x += 22 + words.length * 6.6 + 14;
    return swatch(at) + text(at + 18, 39, 'soft', words);
  };
  const stroke = (kind: string) => (at: number) =>
    element('line', { x1: at + 6, x2: at + 6, y1: 28, y2: 42, class: kind });
  return [
    ...names.map((name, index) =>
      entry((at) => element('rect', { x: at, y: 30, width: 12, height: 10, class: series(index) }), name),
    ),
    ...(marked ? [entry(stroke('aim'), 'aim'), entry(stroke('never'), 'never above')] : []),
  ];
}
