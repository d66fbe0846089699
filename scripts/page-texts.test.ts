// No text stands in a template of a page; and the rule that says so finds what it should.
import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { textsInTemplates } from './lint/page-texts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = [
  'libs/http/src',
  'libs/pages/src',
  'services/gateway/src',
  'services/demo-login/src',
  'services/demo-rp/src',
];

/** Whatever may draw a page; tables of texts are where texts stand. */
const files = rooms.flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$|(^|\/)texts\/|not-found-texts/.test(file))
    .map((file) => path.join(room, file)),
);

test('every template of every page is free of texts', () => {
  const drawing = files.filter((file) => readFileSync(path.join(root, file), 'utf8').includes('html`'));
  expect(drawing.length).toBeGreaterThan(20);
  const found = drawing.flatMap((file) =>
    textsInTemplates(readFileSync(path.join(root, file), 'utf8'), { strings: file.includes('/pages/') }).map(
      (text) => `${file}: ${text}`,
    ),
  );
  expect(found).toEqual([]);
});

test.each([
  ['html`<p>Hello ${name}</p>`', ['Hello']],
  ['html`<p>${hello}, ${name}</p>`', []],
  ['html`<b title="Opens a window">${x}</b>`', ['Opens a window']],
  ['html`<b aria-label="${a}: ${b}">${x}</b>`', []],
  ['html`<p class="small muted" id="words">${x}</p>`', []],
  ['html`<code>prompt=login</code>`', []],
  ['html` aria-invalid="true" aria-describedby="${id}-error"`', []],
  ['html`disabled`', []],
  ['html`${a && html`<p>Nested words</p>`}`', ['Nested words']],
  ["html`<p>${ok ? 'All is well' : x}</p>`", ['All is well']],
  ["html`<p>${ok ? 'Yes' : 'quiet'}</p>`", ['Yes']],
  ["import x from './some words.js'", []],
  ['other`<p>Hello</p>`', []],
])('%s', (source, expected) => {
  expect(textsInTemplates(source, { strings: true })).toEqual(expected);
});
