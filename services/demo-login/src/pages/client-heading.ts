// Shows who is asking, above every form: name, logo or initial, and its own policy links below the form.
import { html, type Hole, type Html } from '@cardea/pages';
import type { ClientView } from '../client-view.js';
import type { Texts } from '../texts.js';

/** @param wish what it asks for, or where it is at home */
export function clientHeading(client: ClientView, wish: Hole): Html {
  const picture = client.logo
    ? html`<img src="${client.logo.address}" alt="" referrerpolicy="no-referrer" />`
    : client.initial;
  return html`<div class="client" id="client">
    <span class="logo" aria-hidden="true">${picture}</span>
    <span><strong id="client-name">${client.name}</strong>${wish}</span>
  </div>`;
}

export function clientLinks(texts: Texts, client: ClientView): Html | undefined {
  if (client.links.length === 0) return undefined;
  return html`<p class="links">
    <span>${client.name}:</span> ${client.links.map(
      ({ about, address }) =>
        html`<a href="${address}" target="_blank" rel="noopener noreferrer" title="${texts.client.newWindow}"
          >${texts.client[about]}</a
        > `,
    )}
  </p>`;
}
