// What the stylesheet promises to whoever cannot check it by looking: nothing moves, nothing loads, every case is there.
import { expect, test } from '@jest/globals';
import { dark, light } from './palette.js';
import { style } from './style.js';

test('nothing moves, so nobody has to ask for less motion', () => {
  expect(style).not.toMatch(/transition|animation|@keyframes|scroll-behavior/);
});

test('nothing is loaded from anywhere', () => {
  expect(style).not.toMatch(/url\(|@import/);
});

test('what is pasted into a page cannot end its style', () => {
  expect(style).not.toContain('<');
});

test.each(['screen and (prefers-color-scheme:dark)', 'print', '(forced-colors:active)', '(max-width:34rem)'])(
  'it knows %s',
  (media) => {
    expect(style).toContain(`@media ${media}{`);
  },
);

test('every colour has a name in the palette, and every name that is used a colour', () => {
  const named = new Set([...style.matchAll(/--([a-z-]+):#/g)].map(([, name]) => name));
  const used = new Set([...style.matchAll(/var\(--([a-z-]+)\)/g)].map(([, name]) => name));
  expect([...used].filter((name) => !named.has(name))).toEqual([]);
  const colours = [...style.matchAll(/#[0-9a-f]{3,8}\b/g)].map(([colour]) => colour);
  const known = [...Object.values(light), ...Object.values(dark)];
  expect(colours.filter((colour) => !known.includes(colour))).toEqual([]);
});
