// The three tokens: what each is for, how long it lives, and what a readable one says.
import { html, type Html } from '@cardea/pages';
import type { Texts } from '../texts.js';
import { claimLines, decodeJwt, type ClaimLine } from '../flow/jwt.js';
import { fingerprint } from '../flow/mask.js';
import { distance, instant } from '../flow/time-words.js';
import type { Tokens } from '../sessions.js';

/** A table of claims; `id` and `label` name it. */
export function claimTable({ tokens }: Texts, id: string, label: string, lines: readonly ClaimLine[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="claims" id="${id}">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">${tokens.name}</th>
          <th scope="col">${tokens.value}</th>
          <th scope="col">${tokens.meaning}</th>
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

function expiryWords(texts: Texts, expires: number | undefined, nowSeconds: number): Html | undefined {
  if (expires === undefined) return undefined;
  const words = expires > nowSeconds ? texts.tokens.expires : texts.tokens.expired;
  return html`<p class="expiry">
    ${words} <strong>${distance(texts, expires, nowSeconds)}</strong>, ${instant(texts, expires)}
  </p>`;
}

function tokenCard(texts: Texts, view: TokenView, nowSeconds: number): Html {
  const said = texts.tokens;
  const decoded = view.token === undefined ? undefined : decodeJwt(view.token);
  const exp = decoded?.claims['exp'];
  const expires = typeof exp === 'number' ? exp : view.expires;
  return html`<section
    class="token${decoded === undefined ? '' : ' wide'}"
    id="${view.id}"
    aria-labelledby="${view.id}-title"
  >
    <div class="token-head">
      <h3 id="${view.id}-title">${view.title}</h3>
      ${view.token !== undefined && html`<span class="tag">${decoded === undefined ? said.opaque : 'JWT'}</span>`}
    </div>
    <p class="muted">${view.purpose}</p>
    ${view.token === undefined && html`<p>${view.absent}</p>`} ${expiryWords(texts, expires, nowSeconds)}
    ${
      view.token !== undefined &&
      html`<p class="small">${said.fingerprint} <code class="fingerprint">${fingerprint(view.token)}</code></p>`
    }
    ${view.token !== undefined && view.extra}
    ${
      decoded !== undefined &&
      html`<h4>${said.header}</h4>
        ${claimTable(texts, `${view.id}-header`, said.headerOf(view.title), claimLines(texts, decoded.header, nowSeconds))}
        <h4>${said.claims}</h4>
        ${claimTable(texts, `${view.id}-claims`, said.claimsOf(view.title), claimLines(texts, decoded.claims, nowSeconds))}`
    }
  </section>`;
}

/** @param now epoch milliseconds, of which the page tells */
export function tokensSection(texts: Texts, tokens: Tokens, now: number): Html {
  const said = texts.tokens;
  const nowSeconds = Math.floor(now / 1000);
  const cards: TokenView[] = [
    {
      id: 'id-token',
      title: said.idToken,
      purpose: said.idTokenWords,
      token: tokens.idToken,
      absent: said.absent,
    },
    {
      id: 'access-token',
      title: said.accessToken,
      purpose: said.accessTokenWords,
      token: tokens.accessToken,
      absent: said.absent,
      expires: tokens.expiresAt === undefined ? undefined : Math.round(tokens.expiresAt / 1000),
      extra: html`<p class="small">
        ${said.scope} <code id="scope">${tokens.scope === '' ? said.none : tokens.scope}</code>
      </p>`,
    },
    {
      id: 'refresh-token',
      title: said.refreshToken,
      purpose: said.refreshTokenWords,
      token: tokens.refreshToken,
      extra: html`<p class="small">${said.refreshTokenEnd}</p>`,
      absent: said.refreshTokenAbsent,
    },
  ];
  return html`<section id="tokens" aria-labelledby="tokens-title">
    <h2 id="tokens-title">${said.title}</h2>
    <p class="muted small">${said.asOf(instant(texts, nowSeconds) ?? '')}</p>
    <div class="tokens">${cards.map((card) => tokenCard(texts, card, nowSeconds))}</div>
  </section>`;
}
