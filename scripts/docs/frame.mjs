// What stands around every page: the table of contents, the search, and the way to the pages before and after.
import { addressOf, between } from './addresses.mjs';

/**
 * @param {object} at
 * @param {string} at.address of the page, relative to the site
 * @param {string} at.title @param {string} at.body as HTML
 * @param {ReturnType<typeof import('./contents.mjs').contents>} at.sections
 * @param {(page: string) => string} at.titleOf
 * @param {string} [at.page] relative to the clone @param {string} [at.before] @param {string} [at.after] pages
 * @param {{ escapeHtml(text: string): string, mark: { markup: string } }} look
 */
export function frame({ address, title, body, sections, titleOf, page, before, after }, { escapeHtml, mark }) {
  const to = (target) => escapeHtml(between(address, target));
  const link = (each, attributes = '', name = titleOf(each)) =>
    `<a href="${to(addressOf(each))}"${attributes}${each === page ? ' aria-current="page"' : ''}>${escapeHtml(name)}</a>`;
  const list = ({ title, pages }) =>
    `<h2>${escapeHtml(title)}</h2><ul>${pages.map((each) => `<li>${link(each.page, '', each.name)}</li>`).join('')}</ul>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} · Cardea</title>
<link rel="stylesheet" href="${to('site.css')}">
<script defer src="${to('search.js')}" data-root="${to('index.html').replace(/index\.html$/, '')}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the page</a>
<header>
<a class="mark" href="${to('index.html')}">${mark.markup} Cardea</a>
<form id="search" role="search" hidden><label for="words">Search</label><input id="words" type="search" autocomplete="off" aria-controls="found"></form>
</header>
<div id="found" role="region" aria-live="polite" aria-label="Results of the search" hidden></div>
<div class="columns">
<nav aria-label="Contents"><details open><summary>Contents</summary>${sections.map(list).join('\n')}</details></nav>
<main id="content" tabindex="-1">
${body}
<footer>${before === undefined ? '<span></span>' : `<span>Before<br>${link(before, ' rel="prev"')}</span>`}${after === undefined ? '' : `<span>Next<br>${link(after, ' rel="next"')}</span>`}</footer>
</main>
</div>
</body>
</html>
`;
}
