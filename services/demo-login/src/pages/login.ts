// The login page: one form, and a plain word that this is a demo where any password opens.
import { html, type Html } from '@cardea/pages';
import { demoAccount } from '../account.js';
import type { ClientView } from '../client-view.js';
import { page } from '../page.js';
import type { Texts } from '../texts.js';
import { clientHeading, clientLinks } from './client-heading.js';
import { errorSummary, errorText, invalid, notice, type FieldError } from './notice.js';

/** Everything the page says. */
export interface LoginView {
  readonly client: ClientView;
  readonly challenge: string;
  readonly csrf: string;
  /** What stands in the user name field. */
  readonly username: string;
  readonly remember: boolean;
  readonly notice?: string | undefined;
  readonly errors: readonly FieldError[];
}

export function loginPage(texts: Texts, view: LoginView): Html {
  const { errors } = view;
  const said = texts.login;
  return page(
    texts,
    errors.length === 0 ? said.title : said.titleFailed,
    html`${clientHeading(view.client, texts.client.asksLogin)}
      <h1>${said.title}</h1>
      ${notice(view.notice)} ${errorSummary(texts, errors)}
      <div class="notice" id="demo-hint"><p>${said.hint}</p></div>
      <form id="login-form" method="post" action="/login">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="login_challenge" value="${view.challenge}" />
        <div class="field">
          <label for="username">${said.username}</label>
          <input
            type="text"
            id="username"
            name="username"
            value="${view.username}"
            required
            maxlength="120"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            ${invalid(errors, 'username')}
          />
          ${errorText(errors, 'username')}
        </div>
        <div class="field">
          <label for="password">${said.password}</label>
          <input
            type="password"
            id="password"
            name="password"
            required
            autocomplete="current-password"
            ${invalid(errors, 'password')}
          />
          ${errorText(errors, 'password')}
        </div>
        <label class="check" for="remember"
          ><input type="checkbox" id="remember" name="remember" value="1" ${view.remember && html` checked`} />
          <span>${said.remember}<span>${said.rememberDetail}</span></span></label
        >
        <div class="actions">
          <button type="submit" id="log-in" name="decision" value="accept">${said.accept}</button>
          <button type="submit" id="cancel" name="decision" value="reject" class="quiet" formnovalidate>
            ${said.cancel}
          </button>
        </div>
        <div class="aside">
          <p class="muted small">${said.hurry}</p>
          <p>
            <button type="submit" id="demo-account" name="decision" value="demo" class="quiet" formnovalidate>
              ${said.demo(demoAccount.name)}
            </button>
          </p>
        </div>
      </form>
      ${clientLinks(texts, view.client)}`,
  );
}
