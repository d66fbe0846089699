// The pages the gateway writes itself: plain, readable without style, inert (security catalogue S07).
import { escapeHtml, pageHeaders } from '@cardea/http';

const style = `:root{color-scheme:light dark}
body{max-width:36rem;margin:12vh auto;padding:0 1.25rem;font:1rem/1.55 system-ui,sans-serif}
h1{font-size:1.4rem;line-height:1.3}
dt{font-weight:600;margin-top:.75rem}
dd{margin:0;overflow-wrap:anywhere}
code{font:.95em ui-monospace,monospace}
button{font:inherit;padding:.5rem 1.25rem}`;

/** Old-fashioned on purpose: certification suites drive it with browsers of that age. */
const submitScript = 'document.forms[0].submit();';

/** Headers of pages that only say something. */
export const textPageHeaders = pageHeaders({ style });

/** Headers of the page that posts an answer to a client. */
export const formPostHeaders = pageHeaders({ style, script: submitScript, postsForm: true });

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** A page with a title and paragraphs of plain text. */
export function textPage(title: string, paragraphs: readonly string[]): string {
  const text = paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n');
  return page(title, `<main>\n<h1>${escapeHtml(title)}</h1>\n${text}\n</main>`);
}

/** A page that shows an error to the person at the browser; values are shown as text, cut to a readable length. */
export function errorPage(facts: readonly (readonly [label: string, value: string])[]): string {
  const list = facts
    .filter(([, value]) => value !== '')
    .map(
      ([label, value]) => `<dt>${escapeHtml(label)}</dt>\n<dd><code>${escapeHtml(value.slice(0, 1_000))}</code></dd>`,
    )
    .join('\n');
  const title = 'This request could not be completed';
  const advice =
    'Go back to the application you came from and try again. If it happens again, tell its operators what stands below.';
  return page(title, `<main>\n<h1>${title}</h1>\n<p>${advice}</p>\n<dl>\n${list}\n</dl>\n</main>`);
}

/** A page that posts parameters to a verified redirect URI (OAuth 2.0 Form Post Response Mode §2). */
export function formPostPage(
  action: string,
  parameters: readonly { readonly name: string; readonly value: string }[],
): string {
  const fields = parameters
    .map(({ name, value }) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n');
  const form = `<form method="post" action="${escapeHtml(action)}">
${fields}
<noscript><p>Your browser runs no scripts. Press the button to go back to the application.</p><button>Continue</button></noscript>
</form>
<script>${submitScript}</script>`;
  return page('Back to the application', form);
}
