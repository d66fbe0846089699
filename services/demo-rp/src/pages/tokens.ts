// The three tokens: what each is for, how long it lives, and what a readable one says.
import { html, type Html } from '@cardea/pages';
import { claimLines, decodeJwt, type ClaimLine } from '../flow/jwt.js';
import { fingerprint } from '../flow/mask.js';
import { distance, instant } from '../flow/time-words.js';
import type { Tokens } from '../sessions.js';

/** A table of claims; `id` and `label` name it. */
export function claimTable(id: string, label: string, lines: readonly ClaimLine[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="claims" id="${id}">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          (line) =>
            html`<tr>
              <th scope="row"><code>${line.name}</code></th>
              <td>
                <code class="value">${line.value}</code>
                ${line.time !== undefined && html`<span class="time">${line.time}</span>`}
              </td>
              <td class="meaning">${line.meaning}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** One token, as a card. */
interface TokenView {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly token: string | undefined;
  readonly absent: string;
  /** Epoch seconds, when the token itself does not say. */
  readonly expires?: number | undefined;
  readonly extra?: Html;
}

function expiryWords(expires: number | undefined, nowSeconds: number): Html | undefined {
  if (expires === undefined) return undefined;
  const words = expires > nowSeconds ? 'Expires' : 'Expired';
  return html`<p class="expiry">${words} <strong>${distance(expires, nowSeconds)}</strong>, ${instant(expires)}</p>`;
}

function tokenCard(view: TokenView, nowSeconds: number): Html {
  const decoded = view.token === undefined ? undefined : decodeJwt(view.token);
  const exp = decoded?.claims['exp'];
  const expires = typeof exp === 'number' ? exp : view.expires;
  return html`<section
    class="token${decoded !== undefined && html` wide`}"
    id="${view.id}"
    aria-labelledby="${view.id}-title"
  >
    <div class="token-head">
      <h3 id="${view.id}-title">${view.title}</h3>
      ${view.token !== undefined && html`<span class="tag">${decoded === undefined ? 'opaque' : 'JWT'}</span>`}
    </div>
    <p class="muted">${view.purpose}</p>
    ${view.token === undefined && html`<p>${view.absent}</p>`} ${expiryWords(expires, nowSeconds)}
    ${
      view.token !== undefined &&
      html`<p class="small">Fingerprint <code class="fingerprint">${fingerprint(view.token)}</code></p>`
    }
    ${view.token !== undefined && view.extra}
    ${
      decoded !== undefined &&
      html`<h4>Header</h4>
        ${claimTable(`${view.id}-header`, `Header of the ${view.title}`, claimLines(decoded.header, nowSeconds))}
        <h4>Claims</h4>
        ${claimTable(`${view.id}-claims`, `Claims of the ${view.title}`, claimLines(decoded.claims, nowSeconds))}`
    }
  </section>`;
}

/** @param now epoch milliseconds, of which the page tells */
export function tokensSection(tokens: Tokens, now: number): Html {
  const nowSeconds = Math.floor(now / 1000);
  const cards: TokenView[] = [
    {
      id: 'id-token',
      title: 'ID token',
      purpose: 'For this app: who logged in, when and how. Its signature, issuer, audience and nonce were checked.',
      token: tokens.idToken,
      absent: 'None came.',
    },
    {
      id: 'access-token',
      title: 'Access token',
      purpose: 'For APIs: what this app may do. This app only carries it.',
      token: tokens.accessToken,
      absent: 'None came.',
      expires: tokens.expiresAt === undefined ? undefined : Math.round(tokens.expiresAt / 1000),
      extra: html`<p class="small">Scope <code id="scope">${tokens.scope === '' ? 'none' : tokens.scope}</code></p>`,
    },
    {
      id: 'refresh-token',
      title: 'Refresh token',
      purpose: 'For the provider only: good once, for the next set of tokens.',
      token: tokens.refreshToken,
      extra: html`<p class="small">When it ends, only introspection tells.</p>`,
      absent: 'None came: it takes the scope offline_access, asked for and granted.',
    },
  ];
  return html`<section id="tokens" aria-labelledby="tokens-title">
    <h2 id="tokens-title">Tokens</h2>
    <p class="muted small">Times as of ${instant(nowSeconds)}; reload the page to see them run.</p>
    <div class="tokens">${cards.map((card) => tokenCard(card, nowSeconds))}</div>
  </section>`;
}
