// SVG as text: elements, and a picture that is light or dark as its reader is, in a page or by itself.

/** Text that was escaped, or is known to need none. */
export type Markup = string;

export const escape = (text: string): Markup =>
  text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);

type Attributes = Readonly<Record<string, string | number>>;

/** @param children markup */
export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : escape(value);
    return ` ${key}="${text}"`;
  });
  return children.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

export const text = (x: number, y: number, kind: string, words: string): Markup =>
  element('text', { x, y, class: kind }, escape(words));

/** The colours of pictures and of the page around them; series beyond the last take its colour. */
export const palette = `
  :root { --paper: #fff; --ink: #1b1f24; --soft: #6a737d; --rule: #d8dde3; --mark: #c0392b;
    --s0: #1f6feb; --s1: #8a94a0; --s2: #c9a227; --s3: #5a8f5a; --s4: #9a6fb0; --s5: #b0654f; }
  @media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e6e9ed; --soft: #9aa4af; --rule: #333b45; --mark: #ff7b6b;
    --s0: #58a6ff; --s1: #7d8793; --s2: #d9b84a; --s3: #7fb97f; --s4: #bf96d4; --s5: #d08b76; } }`;

const style = `${palette}
  text { font: 12px system-ui, sans-serif; fill: var(--ink); } .soft { fill: var(--soft); } .end { text-anchor: end; }
  .middle { text-anchor: middle; } .title { font-weight: 600; } .rule { stroke: var(--rule); } .aim { stroke: var(--ink); }
  .never { stroke: var(--mark); stroke-width: 2; } .line { fill: none; stroke-width: 2; }
  ${Array.from({ length: 6 }, (_, series) => `.s${String(series)} { fill: var(--s${String(series)}); } .line.s${String(series)} { fill: none; stroke: var(--s${String(series)}); }`).join(' ')}`;

/** @param title what it shows, for those who do not see it */
export function picture(width: number, height: number, title: string, ...children: readonly Markup[]): Markup {
  const box = `0 0 ${String(width)} ${String(Math.ceil(height))}`;
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: box, width, height: Math.ceil(height), role: 'img' },
    ...[element('title', {}, escape(title)), element('style', {}, style)],
    element('rect', { width: '100%', height: '100%', fill: 'var(--paper)' }),
    ...children,
  );
}

/** The colour of a series. */
export const series = (index: number): string => `s${String(Math.min(index, 5))}`;

/** Where an axis has its marks: round numbers, four or five of them, the last at or above what is shown. */
export function ticks(highest: number): number[] {
  const rough = Math.max(highest, Number.MIN_VALUE) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: Math.max(1, count) + 1 }, (_, index) => index * step);
}
