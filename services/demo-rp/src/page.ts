// The frame around every page: its language, one stylesheet, landmarks and a way past them (WCAG 2.2 §2.4.1).
import { html, mark, type Hole, type Html } from '@cardea/pages';
import { stylesheetVersion } from './stylesheet.js';
import type { Texts } from './texts.js';

/** @param title names the page in the tab; @param navigation stands beside the name; @param content is the page */
export function page(texts: Texts, title: string, navigation: Hole, content: Hole): Html {
  return html`<!doctype html>
    <html lang="${texts.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · ${texts.site}</title>
        <link rel="stylesheet" href="/style.css?v=${stylesheetVersion}" />
      </head>
      <body>
        <a class="skip" href="#content">${texts.skip}</a>
        <header>
          <a class="mark" href="/">${mark}<span>${texts.site}</span></a>
          ${navigation}
        </header>
        <main id="content" tabindex="-1">${content}</main>
        <footer><p>${texts.footer}</p></footer>
      </body>
    </html> `;
}
