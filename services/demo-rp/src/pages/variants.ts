// Other ways to ask for a login, each a link with what to expect of it (OpenID Connect Core §3.1.2.1).
import { html, type Html } from '@cardea/pages';
import type { Texts } from '../texts.js';

/** The parameter is its name in any language. */
const variantsIn = ({ variants: said }: Texts) =>
  [
    ['login-prompt-login', '/login?prompt=login', html`<code>prompt=login</code>`, said.login],
    ['login-prompt-none', '/login?prompt=none', html`<code>prompt=none</code>`, said.none],
    ['login-prompt-consent', '/login?prompt=consent', html`<code>prompt=consent</code>`, said.consent],
    ['login-max-age', '/login?max_age=60', html`<code>max_age=60</code>`, said.maxAge],
    ['login-no-offline', '/login?offline=no', html`<code>${said.withoutOffline}</code>`, said.offline],
  ] as const;

export function variantsSection(texts: Texts, title: string): Html {
  return html`<section id="variants" aria-labelledby="variants-title">
    <h2 id="variants-title">${title}</h2>
    <ul class="variants">
      ${variantsIn(texts).map(
        ([id, address, name, words]) => html`<li><a id="${id}" href="${address}">${name}</a><span>${words}</span></li>`,
      )}
    </ul>
  </section>`;
}
