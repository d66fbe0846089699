// What stands above a form that was sent and could not be taken: what to check, each with the way to its field
// (WCAG 2.2 §3.3.1, §4.1.3).
import { html, type Html } from '@cardea/pages';
import type { Texts } from '../texts.js';

/** A field that is wrong. */
export interface FieldError {
  /** The id of the field; its words stand beside it as `<id>-error`. */
  readonly field: string;
  readonly words: string;
}

/** Said when something else than a field went wrong. */
export function notice(words: string | undefined): Html | undefined {
  return words === undefined ? undefined : html`<div class="notice alarm" role="alert"><p>${words}</p></div>`;
}

/** The errors of all fields; the browser begins reading here. */
export function errorSummary(texts: Texts, errors: readonly FieldError[]): Html | undefined {
  if (errors.length === 0) return undefined;
  return html`<div class="notice alarm" id="errors" role="alert" tabindex="-1" autofocus aria-labelledby="errors-title">
    <h2 id="errors-title">${texts.summary}</h2>
    <ul>
      ${errors.map(({ field, words }) => html`<li><a href="#${field}">${words}</a></li>`)}
    </ul>
  </div>`;
}

/** The words beside a field. */
export function errorText(errors: readonly FieldError[], field: string): Html | undefined {
  const found = errors.find((error) => error.field === field);
  return found === undefined ? undefined : html`<p class="error" id="${field}-error">${found.words}</p>`;
}

/** Ties a field to the words beside it. */
export function invalid(errors: readonly FieldError[], field: string): Html | undefined {
  if (!errors.some((error) => error.field === field)) return undefined;
  return html` aria-invalid="true" aria-describedby="${field}-error"`;
}
