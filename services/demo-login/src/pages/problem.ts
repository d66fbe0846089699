// The page for everything that cannot go on: what happened, what to do, and the word to tell an operator.
import { html, type Html } from '@cardea/pages';
import { page } from '../page.js';
import type { Texts } from '../texts.js';

/** A dead end with a sign at it. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly what: string;
  readonly todo: string;
  readonly link?: { readonly address: string; readonly text: string } | undefined;
  /** For the operator: the provider's own words or error id. */
  readonly detail?: string | undefined;
}

export function problemPage(texts: Texts, problem: Problem): Html {
  return page(
    texts,
    problem.title,
    html`<h1 id="problem">${problem.title}</h1>
      <p>${problem.what}</p>
      <p>${problem.todo}</p>
      ${problem.link !== undefined && html`<div class="actions"><a class="button" id="way-back" href="${problem.link.address}">${problem.link.text}</a></div>`}
      ${
        problem.detail !== undefined &&
        html`<div class="aside small muted">
          <p>${texts.problem.operators} <code id="problem-detail">${problem.detail}</code></p>
        </div>`
      }`,
  );
}
