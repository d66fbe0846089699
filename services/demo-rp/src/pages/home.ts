// The one page of the relying party: an invitation before the login; after it, who you are and everything that can be seen.
import { html, type Html } from '@cardea/pages';
import { decodeJwt } from '../flow/jwt.js';
import { page } from '../page.js';
import type { Session } from '../sessions.js';
import type { RelyingPartySettings } from '../settings.js';
import type { Texts } from '../texts.js';
import { actionsSection } from './actions.js';
import { problemSection, resultSection } from './outcome.js';
import { stepsSection } from './steps.js';
import { tokensSection } from './tokens.js';
import { variablesSection } from './variables.js';
import { variantsSection } from './variants.js';

function outcome(texts: Texts, session: Session | undefined, now: number): Html | undefined {
  if (session?.problem !== undefined) return problemSection(texts, session.problem);
  if (session?.result !== undefined) return resultSection(texts, session.result, Math.floor(now / 1000));
  return undefined;
}

function facts({ home }: Texts, settings: RelyingPartySettings): Html {
  return html`<dl class="facts">
    <dt>${home.provider}</dt>
    <dd><code id="issuer">${settings.issuer}</code></dd>
    <dt>${home.clientId}</dt>
    <dd><code id="client-id">${settings.clientId}</code></dd>
  </dl>`;
}

/** Before anybody logged in, after logout, and after a login that failed. */
function invitation(texts: Texts, settings: RelyingPartySettings, session: Session | undefined, now: number): Html {
  const said = texts.home;
  return page(
    texts,
    said.title,
    undefined,
    html`${outcome(texts, session, now)}
      <section class="hero" aria-labelledby="title">
        <h1 id="title">${said.heading}</h1>
        <p class="lede">${said.lede}</p>
        <p><a class="button" id="log-in" href="/login">${said.logIn}</a></p>
      </section>
      <ol class="outline">
        ${said.outline.map((part) => html`<li>${part}</li>`)}
      </ol>
      ${stepsSection(texts, session?.steps ?? [])} ${variantsSection(texts, texts.variants.title)}
      ${facts(texts, settings)}`,
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** @param now epoch milliseconds, of which the page tells */
export function homePage(
  texts: Texts,
  settings: RelyingPartySettings,
  session: Session | undefined,
  now: number,
): Html {
  if (session?.tokens === undefined) return invitation(texts, settings, session, now);
  const said = texts.home;
  const claims = decodeJwt(session.tokens.idToken ?? '')?.claims ?? {};
  const subject = text(claims['sub']) ?? said.somebody;
  const name = text(claims['name']) ?? subject;
  const email = text(claims['email']);
  const navigation = html`<nav aria-label="${said.navigation}">
    <a href="#actions">${texts.actions.title}</a> <a href="#tokens">${texts.tokens.title}</a>
    <a href="#steps">${texts.steps.title}</a>
  </nav>`;
  return page(
    texts,
    `${said.hello}, ${name}`,
    navigation,
    html`<section class="hero" aria-labelledby="title">
        <h1 id="title">${said.hello}, <span id="name">${name}</span></h1>
        <p class="lede">${said.vouches(subject)} ${email !== undefined && said.email(email)}</p>
      </section>
      ${outcome(texts, session, now)} ${actionsSection(texts, session)} ${tokensSection(texts, session.tokens, now)}
      ${stepsSection(texts, session.steps)} ${variablesSection(texts, session, settings)}
      ${variantsSection(texts, texts.variants.again)} ${facts(texts, settings)}`,
  );
}
