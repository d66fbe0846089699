// The frame of the pages we write ourselves: one sheet with its style inside, so that nothing is loaded (security catalogue
// S07), in the language of the person.
import { html, style, type Hole, type Html } from '@cardea/pages';
import { pageHeaders } from './html.js';

/** Byte for byte what its hash was made of. */
const styled: Html = { markup: `<style>${style}</style>` };

/** Headers of a sheet that only says something. */
export const sheetHeaders = pageHeaders({ style });

/** Headers of a sheet with a form. */
export const formSheetHeaders = pageHeaders({ style, postsForm: true });

/** What stands around the content. */
export interface Frame {
  /** BCP 47 tag of the language it is written in. */
  readonly language: string;
  /** Names the page in the tab. */
  readonly title: string;
  /** What the head holds besides. */
  readonly head?: Html;
}

/** A page with its style. */
export function framed({ language, title, head }: Frame, body: Hole): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title}</title>
        ${styled} ${head}
      </head>
      <body>
        ${body}
      </body>
    </html> `.markup;
}

/** @param content begins with the heading of the page; there is nothing before it to skip */
export const sheet = (content: Hole): Html => html`<main><div class="sheet">${content}</div></main>`;
