// The frame around every page: one language, one stylesheet, landmarks and a way past them (WCAG 2.2 §2.4.1).
import { html, mark, type Hole, type Html } from '@cardea/pages';
import { stylesheetVersion } from './stylesheet.js';

/** @param title names the page in the tab; @param navigation stands beside the name; @param content is the page */
export function page(title: string, navigation: Hole, content: Hole): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Cardea demo</title>
        <link rel="stylesheet" href="/style.css?v=${stylesheetVersion}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header>
          <a class="mark" href="/">${mark}<span>Cardea demo</span></a>
          ${navigation}
        </header>
        <main id="content" tabindex="-1">${content}</main>
        <footer>
          <p>
            A relying party as any application is one: openid-client in front of a provider it knows by its issuer
            alone.
          </p>
        </footer>
      </body>
    </html> `;
}
