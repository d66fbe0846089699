// The consent page: what the application asks for, in words, each to be ticked or not, and two equal answers.
import { html, webAddress, type Html } from '@cardea/pages';
import type { Account } from '../account.js';
import type { ClientView } from '../client-view.js';
import { page } from '../page.js';
import type { ScopeView } from '../scopes.js';
import type { Texts } from '../texts.js';
import { clientHeading, clientLinks } from './client-heading.js';
import { notice } from './notice.js';

/** Everything the page says. */
export interface ConsentView {
  readonly client: ClientView;
  readonly account: Account;
  readonly challenge: string;
  readonly csrf: string;
  readonly scopes: readonly ScopeView[];
  readonly audience: readonly string[];
  /** The host that the application is at, and the browser goes on to. A name is what somebody chose; this is what was registered. */
  readonly destination: string | undefined;
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

export function consentPage(texts: Texts, view: ConsentView): Html {
  const said = texts.consent;
  return page(
    texts,
    said.title(view.client.name),
    html`${clientHeading(view.client, view.destination === undefined ? texts.client.asksConsent : said.destination(view.destination))}
      <h1>${said.heading(view.client.name)}</h1>
      ${notice(view.notice)}
      <form id="consent-form" method="post" action="/consent">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="consent_challenge" value="${view.challenge}" />
        <ul class="scopes" id="scopes">
          ${view.scopes.length === 0 && html`<li>${said.nothing}</li>`} ${view.scopes.map(scopeLine)}
        </ul>
        ${
          view.audience.length > 0 &&
          html`<h2>${said.audience}</h2>
            <ul class="scopes" id="audience">
              ${view.audience.map((service) => html`<li><code>${service}</code></li>`)}
            </ul>`
        }
        <label class="check" for="remember"
          ><input type="checkbox" id="remember" name="remember" value="1" />
          <span>${said.remember}<span>${said.rememberDetail}</span></span></label
        >
        <div class="actions">
          <button type="submit" id="allow" name="decision" value="accept">${said.accept}</button>
          <button type="submit" id="deny" name="decision" value="reject" class="quiet">${said.reject}</button>
        </div>
      </form>
      <div class="aside small muted">
        <p>
          ${said.account(view.account)}
          ${view.switchAccount !== undefined && html`<a id="switch-account" href="${view.switchAccount}">${said.switchAccount}</a>`}
        </p>
      </div>
      ${clientLinks(texts, view.client)}`,
  );
}
