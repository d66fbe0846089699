// The logout pages: the question, because anybody can send a browser here, and the answer "still logged in".
import type { Account } from '../account.js';
import type { ClientView } from '../client-view.js';
import { html, type Html } from '../html.js';
import { page } from '../page.js';
import { clientHeading } from './client-heading.js';

/** Everything the question says. */
export interface LogoutView {
  readonly client: ClientView | undefined;
  readonly account: Account | undefined;
  readonly challenge: string;
  readonly csrf: string;
  readonly notice?: string | undefined;
}

export function logoutPage(view: LogoutView): Html {
  const who = view.account === undefined ? 'You are' : `${view.account.name}, you are`;
  return page(
    'Log out',
    html`${view.client !== undefined && clientHeading(view.client, 'asks you to log out')}
      <h1>Log out everywhere?</h1>
      ${view.notice !== undefined && html`<div class="notice alarm" role="alert"><p>${view.notice}</p></div>`}
      <p>${who} logged in with this browser. Logging out ends that for every application that relies on it.</p>
      <form id="logout-form" method="post" action="/logout">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="logout_challenge" value="${view.challenge}" />
        <div class="actions">
          <button type="submit" id="log-out" name="decision" value="accept">Log out</button>
          <button type="submit" id="stay" name="decision" value="reject" class="quiet">Stay logged in</button>
        </div>
      </form>`,
  );
}

export function stayedPage(back: { readonly address: string; readonly name: string } | undefined): Html {
  return page(
    'Still logged in',
    html`<h1>You are still logged in</h1>
      <p>Nothing was changed.</p>
      ${back !== undefined && html`<div class="actions"><a class="button" id="way-back" href="${back.address}">Back to ${back.name}</a></div>`}`,
  );
}
