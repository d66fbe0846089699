// A page that says one thing: what is so, what to do, and below it a word for those who run this.
import { framed, sheet } from '@cardea/http';
import { html, type Html } from '@cardea/pages';
import type { Texts } from '../texts.js';

export interface Message {
  readonly title: string;
  readonly what: string;
  readonly todo?: string;
  readonly operators: Html;
}

export function messagePage(texts: Texts, { title, what, todo, operators }: Message): string {
  const content = html`<h1>${title}</h1>
    <p>${what}</p>
    ${todo !== undefined && html`<p>${todo}</p>`}
    <p class="aside small muted">${texts.operators} ${operators}</p>`;
  return framed({ language: texts.language, title }, sheet(content));
}
