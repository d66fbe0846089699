// Where things of the clone are in the site: pages as HTML, files that pages speak of as listings; and where links lead nowhere.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** @param {string} file a page or another file, relative to the clone @returns its address, relative to the site */
export function addressOf(file) {
  if (!file.endsWith('.md')) return `source/${file}.html`;
  const name = file.startsWith('docs/') ? file.slice('docs/'.length) : `project/${file}`;
  return name.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\.md$/, '.html');
}

/** From one address of the site to another. */
export const between = (from, to) => path.posix.relative(path.posix.dirname(from), to);

/**
 * What a link of a page means.
 *
 * @param {string} root the clone @param {string} page that has it @param {string} href as it stands there
 * @returns {{ external: true } | { missing: true } | { folder: true } | { file: string, anchor: string }}
 */
export function destinationOf(root, page, href) {
  if (/^[a-z][a-z+.-]*:/i.test(href)) return { external: true };
  const [target = '', anchor = ''] = decodeURI(href).split('#');
  const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
  const place = path.join(root, file);
  if (file.startsWith('..') || !existsSync(place)) return { missing: true };
  return statSync(place).isDirectory() ? { folder: true } : { file, anchor };
}
