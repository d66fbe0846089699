// The one page of the relying party: an invitation before the login; after it, who you are and everything that can be seen.
import { html, type Html } from '@cardea/pages';
import { decodeJwt } from '../flow/jwt.js';
import { page } from '../page.js';
import type { Session } from '../sessions.js';
import type { RelyingPartySettings } from '../settings.js';
import { actionsSection } from './actions.js';
import { problemSection, resultSection } from './outcome.js';
import { stepsSection } from './steps.js';
import { tokensSection } from './tokens.js';
import { variablesSection } from './variables.js';
import { variantsSection } from './variants.js';

function outcome(session: Session | undefined, now: number): Html | undefined {
  if (session?.problem !== undefined) return problemSection(session.problem);
  if (session?.result !== undefined) return resultSection(session.result, Math.floor(now / 1000));
  return undefined;
}

function facts(settings: RelyingPartySettings): Html {
  return html`<dl class="facts">
    <dt>Provider</dt>
    <dd><code id="issuer">${settings.issuer}</code></dd>
    <dt>This app’s client id</dt>
    <dd><code id="client-id">${settings.clientId}</code></dd>
  </dl>`;
}

/** Before anybody logged in, after logout, and after a login that failed. */
function invitation(settings: RelyingPartySettings, session: Session | undefined, now: number): Html {
  return page(
    'Log in',
    undefined,
    html`${outcome(session, now)}
      <section class="hero" aria-labelledby="title">
        <h1 id="title">Watch a login from the inside</h1>
        <p class="lede">
          This is a small application that lets Cardea find out who you are. Log in, and it shows you every hop on the
          way and the tokens that came of it.
        </p>
        <p><a class="button" id="log-in" href="/login">Log in</a></p>
      </section>
      <ol class="outline">
        <li>
          <strong>It asks.</strong> The browser goes to Cardea with an authorization request: code flow, PKCE, state,
          nonce.
        </li>
        <li>
          <strong>You answer.</strong> Cardea sends you to the login and consent app. Any name and password will do.
        </li>
        <li>
          <strong>It trades.</strong> You come back with a code, which this app trades for tokens behind the scenes.
          Then it shows them to you.
        </li>
      </ol>
      ${stepsSection(session?.steps ?? [])} ${variantsSection('Other ways to ask')} ${facts(settings)}`,
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** @param now epoch milliseconds, of which the page tells */
export function homePage(settings: RelyingPartySettings, session: Session | undefined, now: number): Html {
  if (session?.tokens === undefined) return invitation(settings, session, now);
  const claims = decodeJwt(session.tokens.idToken ?? '')?.claims ?? {};
  const subject = text(claims['sub']) ?? 'somebody';
  const name = text(claims['name']) ?? subject;
  const navigation = html`<nav aria-label="On this page">
    <a href="#actions">Try it</a> <a href="#tokens">Tokens</a> <a href="#steps">Steps</a>
  </nav>`;
  return page(
    `Hello, ${name}`,
    navigation,
    html`<section class="hero" aria-labelledby="title">
        <h1 id="title">Hello, <span id="name">${name}</span></h1>
        <p class="lede">
          Cardea vouches that you are <code id="subject">${subject}</code>.
          ${text(claims['email']) !== undefined && html`It also gave your e-mail address, <code id="email">${text(claims['email'])}</code>.`}
        </p>
      </section>
      ${outcome(session, now)} ${actionsSection(session)} ${tokensSection(session.tokens, now)}
      ${stepsSection(session.steps)} ${variablesSection(session, settings)}
      ${variantsSection('Log in again, differently')} ${facts(settings)}`,
  );
}
