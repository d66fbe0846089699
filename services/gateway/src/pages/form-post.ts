// The page that posts an answer to a verified redirect URI (OAuth 2.0 Form Post Response Mode §2).
import { framed, pageHeaders } from '@cardea/http';
import { html, style, type Html } from '@cardea/pages';
import type { Texts } from '../texts.js';

/** Old-fashioned on purpose: certification suites drive it with browsers of that age. */
const submitScript = 'document.forms[0].submit();';
const script: Html = { markup: `<script>${submitScript}</script>` };

/** Headers of the page. */
export const formPostHeaders = pageHeaders({ style, script: submitScript, postsForm: true });

export function formPostPage(
  texts: Texts,
  action: string,
  parameters: readonly { readonly name: string; readonly value: string }[],
): string {
  const { title, heading, what, submit } = texts.formPost;
  const fields = parameters.map(({ name, value }) => html`<input type="hidden" name="${name}" value="${value}" />`);
  const question = html`<h1>${heading}</h1>
    <p>${what}</p>
    <div class="actions"><button>${submit}</button></div>`;
  // With scripts there is nothing to see, not even for a moment.
  const form = html`<form method="post" action="${action}">
    ${fields}
    <noscript><div class="sheet">${question}</div></noscript>
  </form>`;
  return framed(
    { language: texts.language, title },
    html`<main>${form}</main>
      ${script}`,
  );
}
