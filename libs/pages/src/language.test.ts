// Which language a page is in: the application's wish, then the browser's, then English.
import { expect, test } from '@jest/globals';
import { chooseLanguage } from './language.js';

test.each<[string, string | readonly string[] | null | undefined, string | undefined, string]>([
  ['nobody says anything', undefined, undefined, 'en'],
  ['the browser prefers one', undefined, 'de', 'de'],
  ['a region is dropped', undefined, 'de-AT', 'de'],
  ['a script and a region are dropped', undefined, 'de-Latn-CH', 'de'],
  ['letters are letters', undefined, 'DE-at', 'de'],
  ['the first that is there', undefined, 'fr, de, en', 'de'],
  ['weights decide, not places', undefined, 'en;q=0.3, de;q=0.8', 'de'],
  ['what weighs the same stays in order', undefined, 'en;q=0.5, de;q=0.5', 'en'],
  ['a browser as it is', undefined, 'de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7', 'de'],
  ['refused by the browser', undefined, 'de;q=0, fr', 'en'],
  ['anything will do', undefined, '*', 'en'],
  ['none that is there', undefined, 'fr, it;q=0.5', 'en'],
  ['the application goes first', 'de', 'en', 'de'],
  ['the application has an order', 'fr de en', 'en', 'de'],
  ['the application has a list', ['fr', 'de-CH'], 'en', 'de'],
  ['the application asks for what is not there', 'fr it', 'de', 'de'],
  ['nothing asked', '', 'de', 'de'],
  ['an empty list', [], 'de', 'de'],
  ['null', null, 'de', 'de'],
  ['a tag that only begins like one', 'deu english', undefined, 'en'],
  ['nonsense', ';;;', ';q=,=;,', 'en'],
  ['a weight that is none', undefined, 'de;q=hello, en;q=0.9', 'de'],
])('%s: %j, %j is %s', (_name, asked, header, expected) => {
  expect(chooseLanguage(asked, header)).toBe(expected);
});

test('no more is read than anybody needs', () => {
  expect(chooseLanguage(`${'x '.repeat(1_000)}de`, undefined)).toBe('en');
  expect(chooseLanguage(undefined, `${'x,'.repeat(1_000)}de`)).toBe('en');
});
