// The consent page: what the application asks for, in words, each to be ticked or not, and two equal answers.
import type { Account } from '../account.js';
import type { ClientView } from '../client-view.js';
import { html, webAddress, type Html } from '../html.js';
import { page } from '../page.js';
import type { ScopeView } from '../scopes.js';
import { clientHeading, clientLinks } from './client-heading.js';

/** Everything the page says. */
export interface ConsentView {
  readonly client: ClientView;
  readonly account: Account;
  readonly challenge: string;
  readonly csrf: string;
  readonly scopes: readonly ScopeView[];
  readonly audience: readonly string[];
  /** The authorization request again, but asking for another person to log in. */
  readonly switchAccount: string | undefined;
  readonly notice?: string | undefined;
}

const tick = html`<svg
  class="tick"
  viewBox="0 0 20 20"
  aria-hidden="true"
  fill="none"
  stroke="currentColor"
  stroke-width="2.25"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M4 10.5l4 4 8-9" />
</svg>`;

function scopeLine(view: ScopeView, index: number): Html {
  const id = `scope-${String(index)}`;
  const words = html`<span><strong>${view.title}</strong><span>${view.detail}</span></span>`;
  if (view.fixed) {
    return html`<li>
      <div class="check">${tick}${words}<input type="hidden" name="grant_scope" value="${view.scope}" /></div>
    </li>`;
  }
  return html`<li>
    <label class="check" for="${id}"
      ><input type="checkbox" id="${id}" name="grant_scope" value="${view.scope}" checked />${words}</label
    >
  </li>`;
}

/** The same request with `prompt=login`, so that somebody else can log in (OpenID Connect Core §3.1.2.1). */
export function switchAccountAddress(requestUrl: string): string | undefined {
  const address = webAddress(requestUrl);
  if (address === undefined) return undefined;
  const url = new URL(address);
  url.searchParams.set('prompt', 'login');
  return url.href;
}

export function consentPage(view: ConsentView): Html {
  return page(
    `Allow ${view.client.name}?`,
    html`${clientHeading(view.client, 'asks for access to your account')}
      <h1>Allow this application to</h1>
      ${view.notice !== undefined && html`<div class="notice alarm" role="alert"><p>${view.notice}</p></div>`}
      <form id="consent-form" method="post" action="/consent">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="consent_challenge" value="${view.challenge}" />
        <ul class="scopes" id="scopes">
          ${view.scopes.length === 0 && html`<li>Know that you agreed, and nothing more.</li>`}
          ${view.scopes.map(scopeLine)}
        </ul>
        ${
          view.audience.length > 0 &&
          html`<h2>On your behalf at</h2>
            <ul class="scopes" id="audience">
              ${view.audience.map((service) => html`<li><code>${service}</code></li>`)}
            </ul>`
        }
        <label class="check" for="remember"
          ><input type="checkbox" id="remember" name="remember" value="1" />
          <span
            >Do not ask me again<span>Your answer then holds for this application until it is withdrawn.</span></span
          ></label
        >
        <div class="actions">
          <button type="submit" id="allow" name="decision" value="accept">Allow</button>
          <button type="submit" id="deny" name="decision" value="reject" class="quiet">Deny</button>
        </div>
      </form>
      <div class="aside small muted">
        <p>
          Logged in as <strong id="account">${view.account.name}</strong> (${view.account.subject}).
          ${view.switchAccount !== undefined && html`<a id="switch-account" href="${view.switchAccount}">Use another account</a>`}
        </p>
      </div>
      ${clientLinks(view.client)}`,
  );
}
