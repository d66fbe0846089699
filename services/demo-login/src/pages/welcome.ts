// The page for somebody who opens the login app by itself.
import { html, type Html } from '@cardea/pages';
import { page } from '../page.js';
import type { Texts } from '../texts.js';

export function welcomePage(texts: Texts, homeUrl: string | undefined): Html {
  const said = texts.welcome;
  return page(
    texts,
    said.title,
    html`<h1>${said.heading}</h1>
      <p>${said.words}</p>
      ${homeUrl !== undefined && html`<div class="actions"><a class="button" id="way-back" href="${homeUrl}">${said.home}</a></div>`}
      <div class="aside small muted"><p>${said.operators}</p></div>`,
  );
}
