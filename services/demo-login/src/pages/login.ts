// The login page: one form, and a plain word that this is a demo where any password opens.
import { demoAccount } from '../account.js';
import type { ClientView } from '../client-view.js';
import { html, type Html } from '../html.js';
import { page } from '../page.js';
import { clientHeading, clientLinks } from './client-heading.js';

/** Everything the page says. */
export interface LoginView {
  readonly client: ClientView;
  readonly challenge: string;
  readonly csrf: string;
  /** What stands in the user name field. */
  readonly username: string;
  readonly remember: boolean;
  readonly notice?: string | undefined;
  readonly usernameError?: string | undefined;
  readonly passwordError?: string | undefined;
}

function errorText(id: string, text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p class="error" id="${id}">${text}</p>`;
}

const invalid = (id: string, text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html` aria-invalid="true" aria-describedby="${id}"`;

export function loginPage(view: LoginView): Html {
  const failed = view.usernameError !== undefined || view.passwordError !== undefined;
  return page(
    failed ? 'Please check: log in' : 'Log in',
    html`${clientHeading(view.client, 'asks you to log in')}
      <h1>Log in</h1>
      ${view.notice !== undefined && html`<div class="notice alarm" role="alert"><p>${view.notice}</p></div>`}
      <div class="notice" id="demo-hint">
        <p>This is a demo: <strong>any user name with any password</strong> works. Do not use a real password.</p>
      </div>
      <form id="login-form" method="post" action="/login">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="login_challenge" value="${view.challenge}" />
        <div class="field">
          <label for="username">User name</label>
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
            ${invalid('username-error', view.usernameError)}
          />
          ${errorText('username-error', view.usernameError)}
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input
            type="password"
            id="password"
            name="password"
            required
            autocomplete="off"
            ${invalid('password-error', view.passwordError)}
          />
          ${errorText('password-error', view.passwordError)}
        </div>
        <label class="check" for="remember"
          ><input type="checkbox" id="remember" name="remember" value="1" ${view.remember && html` checked`} />
          <span
            >Keep me logged in for an hour<span>The next application then lets you in without asking.</span></span
          ></label
        >
        <div class="actions">
          <button type="submit" id="log-in" name="decision" value="accept">Log in</button>
          <button type="submit" id="cancel" name="decision" value="reject" class="quiet" formnovalidate>Cancel</button>
        </div>
        <div class="aside">
          <p class="muted small">In a hurry?</p>
          <p>
            <button type="submit" id="demo-account" name="decision" value="demo" class="quiet" formnovalidate>
              Continue as ${demoAccount.name}
            </button>
          </p>
        </div>
      </form>
      ${clientLinks(view.client)}`,
  );
}
