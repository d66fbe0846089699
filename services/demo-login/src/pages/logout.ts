// The logout pages: the question, because anybody can send a browser here, and the answer "still logged in".
import { html, type Html } from '@cardea/pages';
import type { Account } from '../account.js';
import type { ClientView } from '../client-view.js';
import { page } from '../page.js';
import type { Texts } from '../texts.js';
import { clientHeading } from './client-heading.js';
import { notice } from './notice.js';

/** Everything the question says. */
export interface LogoutView {
  readonly client: ClientView | undefined;
  readonly account: Account | undefined;
  readonly challenge: string;
  readonly csrf: string;
  readonly notice?: string | undefined;
}

export function logoutPage(texts: Texts, view: LogoutView): Html {
  const said = texts.logout;
  return page(
    texts,
    said.title,
    html`${view.client !== undefined && clientHeading(view.client, texts.client.asksLogout)}
      <h1>${said.heading}</h1>
      ${notice(view.notice)}
      <p>${view.account === undefined ? said.words : said.named(view.account.name)}</p>
      <form id="logout-form" method="post" action="/logout">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="logout_challenge" value="${view.challenge}" />
        <div class="actions">
          <button type="submit" id="log-out" name="decision" value="accept">${said.accept}</button>
          <button type="submit" id="stay" name="decision" value="reject" class="quiet">${said.reject}</button>
        </div>
      </form>`,
  );
}

export function stayedPage(texts: Texts, back: { readonly address: string; readonly name: string } | undefined): Html {
  const said = texts.logout;
  return page(
    texts,
    said.stayedTitle,
    html`<h1>${said.stayed}</h1>
      <p>${said.unchanged}</p>
      ${back !== undefined && html`<div class="actions"><a class="button" id="way-back" href="${back.address}">${said.back(back.name)}</a></div>`}`,
  );
}
