// Which pages there are and in which order: docs/README.md is the table of contents, and everything in it has a place.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { lexer } from 'marked';

export const contentsPage = 'docs/README.md';

/** Every page, relative to the clone. */
export function allPages(root) {
  const below = readdirSync(path.join(root, 'docs'), { recursive: true }).map((name) => path.posix.join('docs', name));
  return [...readdirSync(root), 'deploy/README.md', ...below].filter((name) => name.endsWith('.md')).sort();
}

/**
 * The sections of the table of contents. Pages beside a `README.md` that is listed, as the decisions are, follow it.
 *
 * @returns {{ title: string, pages: { page: string, name?: string }[] }[]} `name` is how the table calls a page; the others go by their titles
 */
export function contents(root) {
  const all = allPages(root);
  const sections = [];
  const placed = new Set([contentsPage]);
  const place = (page, name) => {
    if (placed.has(page) || !all.includes(page)) return;
    placed.add(page);
    sections.at(-1)?.pages.push({ page, name });
  };
  for (const token of lexer(readFileSync(path.join(root, contentsPage), 'utf8'))) {
    if (token.type === 'heading' && token.depth === 2) sections.push({ title: token.text, pages: [] });
    if (token.type !== 'list') continue;
    for (const { href, text } of linksIn(token.items)) {
      const page = path.posix.join('docs', href);
      place(page, text.replaceAll('`', ''));
      if (!/^docs\/.*\/README\.md$/.test(page)) continue;
      for (const each of all) if (path.posix.dirname(each) === path.posix.dirname(page)) place(each);
    }
  }
  return sections;
}

/** Links among tokens of all depths. */
function linksIn(tokens) {
  return tokens.flatMap((token) => [
    ...(token.type === 'link' ? [token] : []),
    ...linksIn(token.tokens ?? []),
    ...linksIn(token.items ?? []),
    ...(token.header ?? []).flatMap((cell) => linksIn(cell.tokens)),
    ...(token.rows ?? []).flat().flatMap((cell) => linksIn(cell.tokens)),
  ]);
}
