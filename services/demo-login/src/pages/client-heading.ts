// Shows who is asking, above every form: name, logo or initial, and its own policy links below the form.
import type { ClientView } from '../client-view.js';
import { html, type Html } from '../html.js';

export function clientHeading(client: ClientView, wish: string): Html {
  const picture = client.logo
    ? html`<img src="${client.logo.address}" alt="" referrerpolicy="no-referrer" />`
    : client.initial;
  return html`<div class="client" id="client">
    <span class="logo" aria-hidden="true">${picture}</span>
    <span><strong id="client-name">${client.name}</strong>${wish}</span>
  </div>`;
}

export function clientLinks(client: ClientView): Html | undefined {
  if (client.links.length === 0) return undefined;
  return html`<p class="links">
    <span>${client.name}:</span> ${client.links.map(
      ({ label, address }) => html`<a href="${address}" target="_blank" rel="noopener noreferrer">${label}</a> `,
    )}
  </p>`;
}
