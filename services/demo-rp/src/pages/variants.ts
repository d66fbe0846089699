// Other ways to ask for a login, each a link with what to expect of it (OpenID Connect Core §3.1.2.1).
import { html, type Html } from '@cardea/pages';

const variants = [
  [
    'login-prompt-login',
    '/login?prompt=login',
    'prompt=login',
    'ask for the password again, even if the provider remembers you',
  ],
  [
    'login-prompt-none',
    '/login?prompt=none',
    'prompt=none',
    'show no page at all: works only if the provider remembers you and your agreement',
  ],
  [
    'login-prompt-consent',
    '/login?prompt=consent',
    'prompt=consent',
    'ask for agreement again, even if you said not to',
  ],
  ['login-max-age', '/login?max_age=60', 'max_age=60', 'accept a login of the last minute, else ask again'],
  ['login-no-offline', '/login?offline=no', 'without offline_access', 'no refresh token'],
] as const;

export function variantsSection(title: string): Html {
  return html`<section id="variants" aria-labelledby="variants-title">
    <h2 id="variants-title">${title}</h2>
    <ul class="variants">
      ${variants.map(
        ([id, address, name, words]) =>
          html`<li>
            <a id="${id}" href="${address}"><code>${name}</code></a
            ><span>${words}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}
