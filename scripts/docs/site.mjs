// The whole site: every page, listings of the files they speak of, the stylesheet, the search and its index.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, destinationOf } from './addresses.mjs';
import { allPages, contents, contentsPage } from './contents.mjs';
import { frame } from './frame.mjs';
import { readPage } from './page.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Every page as it will be, and what is wrong with its links.
 *
 * @returns {{ pages: ReturnType<typeof readPage>[], broken: string[] }}
 */
export function readPages(root) {
  const pages = allPages(root).map((page) => readPage(root, page, readFileSync(path.join(root, page), 'utf8')));
  const anchors = new Map(pages.map(({ page, headings }) => [page, new Set(headings.map(({ id }) => id))]));
  const broken = pages.flatMap(({ page, links }) =>
    links.flatMap((href) => {
      const { missing, file, anchor } = destinationOf(root, page, href);
      const dead = missing || (anchor !== undefined && anchor !== '' && !anchors.get(file)?.has(anchor));
      return dead ? [`${page}: ${href}`] : [];
    }),
  );
  return { pages, broken };
}

/**
 * @param {string} root the clone
 * @param {string} out where the site goes; what is there is taken away
 * @param look what `@cardea/pages` exports
 * @returns {Promise<{ pages: number, broken: string[] }>} how many pages it has, and links that lead nowhere
 */
export async function writeSite(root, out, look) {
  const { customProperties, dark, escapeHtml, light } = look;
  const { pages, broken } = readPages(root);
  const sections = contents(root);
  const titles = new Map(pages.map(({ page, title }) => [page, title]));
  const titleOf = (page) => titles.get(page) ?? page;
  const order = [contentsPage, ...sections.flatMap((section) => section.pages.map(({ page }) => page))];
  rmSync(out, { recursive: true, force: true });
  const write = (address, text) => {
    const file = path.join(out, address);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const around = (at) => frame({ sections, titleOf, ...at }, look);

  for (const { page, title, html } of pages) {
    const at = order.indexOf(page);
    const [before, after] = at < 0 ? [] : [order[at - 1], order[at + 1]];
    const address = addressOf(page);
    write(address, around({ address, title, body: html, page, before, after }));
  }
  for (const file of listed(root, pages)) {
    const address = addressOf(file);
    const text = escapeHtml(readFileSync(path.join(root, file), 'utf8'));
    const body = `<h1>${escapeHtml(file)}</h1>\n<pre tabindex="0"><code>${text}</code></pre>`;
    write(address, around({ address, title: file, body }));
  }
  const colours = `:root{color-scheme:light dark;${customProperties(light)}}
@media screen and (prefers-color-scheme:dark){:root{${customProperties(dark)}}}\n`;
  write('site.css', colours + readFileSync(path.join(here, 'site.css'), 'utf8'));
  cpSync(path.join(here, 'search.js'), path.join(out, 'search.js'));
  write('search-index.js', `window.cardeaSearchIndex=${JSON.stringify(searchIndex(pages))};\n`);
  return { pages: pages.length, broken };
}

/** An entry for each section. */
const searchIndex = (pages) =>
  pages.flatMap(({ page, title, sections }) =>
    sections.map((section) => ({
      address: `${addressOf(page)}#${section.id}`,
      page: title,
      title: section.text,
      text: section.body,
    })),
  );

/** Files that are no pages, and that pages link to. */
function listed(root, pages) {
  const files = pages.flatMap(({ page, links }) => links.map((href) => destinationOf(root, page, href).file));
  return new Set(files.filter((file) => file !== undefined && !file.endsWith('.md')));
}
