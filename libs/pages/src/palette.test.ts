// Every pair of colours that meets on a page keeps its distance: 4.5 for text, 3 for edges of controls (WCAG 2.2).
import { describe, expect, test } from '@jest/globals';
import { customProperties, dark, light, type Palette } from './palette.js';

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [brighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (brighter + 0.05) / (darker + 0.05);
}

const pairs: readonly [keyof Palette, keyof Palette, number][] = [
  ['ink', 'paper', 7],
  ['ink', 'card', 7],
  ['ink', 'wash', 7],
  ['ink', 'alarmWash', 7],
  ['muted', 'paper', 4.5],
  ['muted', 'card', 4.5],
  ['muted', 'wash', 4.5],
  ['accent', 'paper', 4.5],
  ['accent', 'card', 4.5],
  ['accent', 'wash', 4.5],
  ['onAccent', 'accent', 4.5],
  ['alarm', 'alarmWash', 4.5],
  ['alarm', 'card', 4.5],
  ['field', 'card', 3],
  ['field', 'paper', 3],
];

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_name, palette) => {
  test.each(pairs)('%s on %s is at least %d', (front, back, least) => {
    expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(least);
  });
});

test('roles become custom properties', () => {
  expect(customProperties(light)).toContain('--on-accent:#ffffff;');
});
