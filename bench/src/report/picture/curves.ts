// Small pictures side by side, one for each thing, with a line through its points for each series.
import type { Markup } from './svg.js';
import { element, picture, series, text, ticks } from './svg.js';

export interface Curves {
  readonly name: string;
  /** By series: points from left to right. */
  readonly lines: readonly (readonly (readonly [x: number, y: number])[])[];
}

const columns = 3;
const cell = { width: 286, height: 190, left: 44, right: 16, top: 34, bottom: 34 };
const head = 52;

/** Each has axes of its own. */
export function curves(options: {
  readonly title: string;
  readonly names: readonly string[];
  readonly x: string;
  readonly y: string;
  readonly all: readonly Curves[];
}): Markup {
  const { title, names, all } = options;
  const rows = Math.ceil(all.length / columns);
  const legend = names.map((name, index) =>
    [
      element('rect', { x: 8 + index * 90, y: 30, width: 12, height: 4, class: series(index) }),
      text(26 + index * 90, 37, 'soft', name),
    ].join(''),
  );
  const drawn = all.map((each, index) => {
    const at = `translate(${String((index % columns) * cell.width)} ${String(head + Math.floor(index / columns) * cell.height)})`;
    return element('g', { transform: at }, ...one(each, options));
  });
  return picture(
    columns * cell.width,
    head + rows * cell.height,
    title,
    text(8, 18, 'title', `${title}: ${options.y} by ${options.x}`),
    ...legend,
    ...drawn,
  );
}

function one({ name, lines }: Curves, { x: ofX, y: ofY }: { readonly x: string; readonly y: string }): Markup[] {
  const points = lines.flat();
  const [xs, ys] = [ticks(Math.max(...points.map(([x]) => x))), ticks(Math.max(...points.map(([, y]) => y)))];
  const across = cell.width - cell.left - cell.right;
  const down = cell.height - cell.top - cell.bottom;
  const toX = (x: number): number => cell.left + (across * x) / (xs.at(-1) ?? 1);
  const toY = (y: number): number => cell.top + down - (down * y) / (ys.at(-1) ?? 1);
  const short = (value: number): string =>
    value >= 1000 ? `${String(value / 1000)}k` : String(Math.round(value * 100) / 100);
  return [
    text(cell.left, cell.top - 12, '', name),
    ...ys.map((y) => element('line', { x1: cell.left, x2: cell.left + across, y1: toY(y), y2: toY(y), class: 'rule' })),
    ...ys.map((y) => text(cell.left - 6, toY(y) + 4, 'soft end', short(y))),
    ...xs.map((x) => text(toX(x), cell.height - cell.bottom + 16, 'soft middle', short(x))),
    ...lines.flatMap((line, index) => [
      element('polyline', {
        points: line.map(([x, y]) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`).join(' '),
        class: `line ${series(index)}`,
      }),
      ...line.map(([x, y]) =>
        element(
          'circle',
          { cx: toX(x), cy: toY(y), r: 3, class: series(index) },
          element('title', {}, `${x.toFixed(0)} ${ofX}: ${y.toFixed(1)} ${ofY}`),
        ),
      ),
    ]),
  ];
}
