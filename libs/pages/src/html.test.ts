// What the template lets through and what it defuses.
import { describe, expect, test } from '@jest/globals';
import { html, webAddress } from './html.js';

describe('html', () => {
  test.each([
    ['markup in text', html`<p>${'<script>alert(1)</script>'}</p>`, '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['quotes in an attribute', html`<a title="${`"'`}">x</a>`, '<a title="&quot;&#39;">x</a>'],
    ['an ampersand once', html`${'&amp;'}`, '&amp;amp;'],
    ['a piece inside a piece', html`<b>${html`<i>${'<'}</i>`}</b>`, '<b><i>&lt;</i></b>'],
    ['lists, also of mixed kinds', html`${['<', html`<b>x</b>`, 2]}`, '&lt;<b>x</b>2'],
    ['nothing for nothing', html`a${undefined}b${null}c${false}d${''}e`, 'abcde'],
    ['zero', html`${0}`, '0'],
    ['holes at both ends', html`${'a'}-${'b'}`, 'a-b'],
  ])('%s', (_name, piece, expected) => {
    expect(piece.markup).toBe(expected);
  });
});

describe('webAddress', () => {
  test.each([
    ['https://client.example/tos', 'https://client.example/tos'],
    ['http://127.0.0.1:5555/', 'http://127.0.0.1:5555/'],
    ['javascript:alert(1)', undefined],
    [' javascript:alert(1)', undefined],
    ['data:text/html,<p>', undefined],
    ['//client.example/', undefined],
    ['', undefined],
    [undefined, undefined],
    [['https://client.example/'], undefined],
  ])('%j gives %j', (text, expected) => {
    expect(webAddress(text)).toBe(expected);
  });
});
