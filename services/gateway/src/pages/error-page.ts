// The page for errors that have nowhere else to go: what happened in the words of the person who sees it, what they can do,
// and what to tell the operators (hydra-wire §1.10). Whatever the address says is shown as text.
import { framed, sheet } from '@cardea/http';
import { adviceFor } from '@cardea/oauth';
import { html, type Html } from '@cardea/pages';
import type { Texts } from '../texts.js';

/** What the address of the page says, each part '' where it says nothing. */
export interface ShownError {
  readonly code: string;
  readonly description: string;
  readonly hint: string;
  readonly debug: string;
  readonly id: string;
}

type Kind = Exclude<keyof Texts['error'], 'code' | 'description' | 'hint' | 'debug' | 'id' | 'fix' | 'operators'>;

/** What an error is to the person who sees it; most are the application's. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ['access_denied', 'denied'],
  ['request_forbidden', 'lost'],
  ['not_found', 'over'],
  ['request_handled', 'over'],
  ['expired_token', 'over'],
  ['rate_limited', 'limited'],
  ['temporarily_unavailable', 'away'],
  ['server_error', 'broken'],
  ...[
    'invalid_request',
    'invalid_client',
    'unauthorized_client',
    'invalid_scope',
    'invalid_target',
    'invalid_redirect_uri',
    'invalid_request_uri',
    'invalid_request_object',
    'request_not_supported',
    'request_uri_not_supported',
    'registration_not_supported',
    'unsupported_response_type',
    'unsupported_response_mode',
  ].map((code) => [code, 'application'] as const),
]);

/** Nobody reads on, and a page is no place for a book. */
const mostLetters = 1_000;

/** Words read as words, in the language of the protocol; codes and ids, which have no space, stand out for copying. */
const value = (text: string): Html =>
  /\s/.test(text) ? html`<span lang="en">${withCommands(text)}</span>` : html`<code>${text}</code>`;

/** What stands between backticks is for a shell. */
const withCommands = (text: string): Html[] =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));

const fact = ([label = '', text = '']: readonly string[]): Html =>
  html`<dt>${label}</dt>
    <dd>${value(text.slice(0, mostLetters))}</dd>`;

export function errorPage(texts: Texts, shown: ShownError): string {
  const said = texts.error;
  const { title, what, todo } = said[kinds.get(shown.code) ?? 'other'];
  const facts = [
    [said.id, shown.id],
    [said.code, shown.code],
    [said.description, shown.description],
    [said.hint, shown.hint],
    [said.debug, shown.debug],
    [said.fix, adviceFor(shown.code)?.fix ?? ''],
  ].filter(([, text]) => text !== '');
  const content = html`<h1>${title}</h1>
    <p>${what}</p>
    <p><strong>${todo}</strong></p>
    ${facts.length > 0 && html`<dl class="facts">${facts.map(fact)}</dl>`}
    <p class="aside small muted">${texts.operators} ${said.operators}</p>`;
  return framed({ language: texts.language, title }, sheet(content));
}
