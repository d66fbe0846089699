// The frame around every page: one language, one stylesheet, landmarks and a way past them (WCAG 2.2 §2.4.1).
import { html, type Hole, type Html } from './html.js';
import { stylesheetVersion } from './stylesheet.js';

/** Cardea kept the hinges: two leaves and the pin between them. */
const mark = html`<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.75">
  <path d="M9.5 4H4v16h5.5M14.5 4H20v16h-5.5" />
  <path d="M12 2.5v5M12 9.5v5M12 16.5v5" stroke-width="3" stroke-linecap="round" />
</svg>`;

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
