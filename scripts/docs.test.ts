// The site of the pages: no link in it is dead, every page has its place, and it can be read without a script.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf } from './docs/addresses.mjs';
import { allPages, contents, contentsPage } from './docs/contents.mjs';
import { readPage } from './docs/page.mjs';
import { readPages, writeSite } from './docs/site.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = mkdtempSync(path.join(os.tmpdir(), 'cardea-site-'));
const read = (address: string) => readFileSync(path.join(out, address), 'utf8');
let addresses: string[];

beforeAll(async () => {
  // As `npm test` has built it.
  const look = (await import(path.join(root, 'libs/pages/dist/index.js'))) as unknown;
  await writeSite(root, out, look);
  addresses = readdirSync(out, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.html'));
}, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('no page has a link or an anchor that leads nowhere', () => {
  expect(readPages(root).broken).toEqual([]);
});

test('every page of docs/ has a place in the table of contents, once', () => {
  const placed = contents(root).flatMap(({ pages }) => pages.map(({ page }) => page));
  const wanted = allPages(root).filter((page) => page.startsWith('docs/') && page !== contentsPage);
  expect(wanted.filter((page) => !placed.includes(page))).toEqual([]);
  expect(placed.length).toBe(new Set(placed).size);
});

test('each reference within the site is to something that is there', () => {
  const dead = addresses.flatMap((address) =>
    [...read(address).matchAll(/ (?:href|src)="([^"]*)"/g)].flatMap(([, reference = '']) => {
      if (/^[a-z]+:/.test(reference)) return [];
      const [target = '', anchor = ''] = reference.split('#');
      const to = target === '' ? address : path.posix.join(path.posix.dirname(address), target);
      if (!existsSync(path.join(out, to))) return [`${address}: ${reference}`];
      return anchor === '' || read(to).includes(` id="${anchor}"`) ? [] : [`${address}: ${reference}`];
    }),
  );
  expect(dead).toEqual([]);
});

test('what is read is in the page itself, and nothing is asked of a server', () => {
  for (const page of allPages(root)) {
    const html = read(addressOf(page));
    const [, title = ''] = /^# (.*)$/m.exec(readFileSync(path.join(root, page), 'utf8')) ?? [];
    expect(html).toContain('<h1 id=');
    expect(html).toContain(title.split('`')[0]);
    expect(html).not.toMatch(/<(link|script|img)[^>]*"(https?:)?\/\//);
  }
  expect(read('search.js')).not.toMatch(/\bfetch\b|XMLHttpRequest|https?:/);
});

test('one gets from the first page to the last by what follows, and back', () => {
  const follow = (start: string, rel: string) => {
    const way = [start];
    for (let at = start; ;) {
      const href = new RegExp(`href="([^"]*)" rel="${rel}"`).exec(read(at))?.[1];
      if (href === undefined) return way;
      at = path.posix.join(path.posix.dirname(at), href);
      way.push(at);
    }
  };
  const way = follow('index.html', 'next');
  expect(way).toHaveLength(1 + contents(root).flatMap(({ pages }) => pages).length);
  expect(follow(way.at(-1) ?? '', 'prev').reverse()).toEqual(way);
});

test('the search has an entry for each section, with its words', () => {
  const index = JSON.parse(read('search-index.js').replace(/^window\.\w+=(.*);\n$/s, '$1')) as Record<string, string>[];
  const entry = index.find(({ address }) => address === 'start.html#your-first-client');
  expect(entry).toMatchObject({
    page: 'Start',
    title: 'Your first client',
    text: expect.stringContaining('is an app that Cardea knows'),
  });
  expect(index.length).toBe(readPages(root).pages.flatMap(({ headings }) => headings).length);
});

describe('a page', () => {
  const page = (source: string) => readPage(root, 'docs/start.md', source);

  test('escapes what it quotes, and takes no HTML', () => {
    const { html } = page(
      '# A\n\n`<b>` <script>alert(1)</script>\n\n```sh output\n<i>\n```\n\n<!-- blocks: sh unrun=cluster -->',
    );
    expect(html).not.toMatch(/<(b|i|script)>/);
    expect(html).not.toContain('unrun');
  });

  test('has anchors as GitHub makes them, each once', () => {
    const { headings } = page('# A\n\n## `serve.tls` & more\n\n## Same\n\n## Same');
    expect(headings.map(({ id }) => id)).toEqual(['a', 'servetls--more', 'same', 'same-1']);
  });

  test('leads from page to page, to listings, and nowhere without saying so', () => {
    const { html, links } = page('# A\n\n[a](keys.md#drills) [b](examples/introspect.mjs) [c](none.md) [d](../bench)');
    expect(html).toContain('<a href="keys.html#drills">a</a>');
    expect(html).toContain('<a href="source/docs/examples/introspect.mjs.html">b</a> c d');
    expect(links).toContain('none.md');
  });
});
