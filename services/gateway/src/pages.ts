// The pages the gateway writes itself: plain, readable without style, inert (security catalogue S07).
import { escapeHtml, pageHeaders } from '@cardea/http';
import type { OutgoingHttpHeaders } from 'node:http';

const style = `:root{color-scheme:light dark;--paper:#f6f4ef;--sheet:#fffefb;--ink:#1c2024;--muted:#555b63;--line:#dedad0;--accent:#12595c;--on:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#121517;--sheet:#1a1e21;--ink:#e9e6df;--muted:#a7adb4;--line:#30363b;--accent:#7fcac4;--on:#0c1f20}}
*{box-sizing:border-box}
body{margin:0;padding:12vh 1.25rem 2rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:2.25rem;background:var(--sheet);border:1px solid var(--line);border-radius:1rem}
h1{margin:0 0 .75rem;font:500 1.75rem/1.2 Georgia,"Liberation Serif",serif;text-wrap:balance}
p{margin:0 0 1rem}
dl{margin:1.5rem 0 0;padding-top:.5rem;border-top:1px solid var(--line)}
dt{margin-top:.75rem;color:var(--muted);font-size:.875rem}
dd{margin:0;overflow-wrap:anywhere}
code{font:.9375rem ui-monospace,monospace}
button{min-height:2.875rem;padding:.5rem 1.375rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--on);font:inherit;font-weight:600}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
@media (max-width:30rem){body{padding:2rem 0}main{padding:1.75rem 1.25rem;border-width:1px 0;border-radius:0}}`;

/** Old-fashioned on purpose: certification suites drive it with browsers of that age. */
const submitScript = 'document.forms[0].submit();';

/** Headers of pages that only say something. */
export const textPageHeaders = pageHeaders({ style });

/** Headers of the page that posts an answer to a client. */
export const formPostHeaders = pageHeaders({ style, script: submitScript, postsForm: true });

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
${head}</head>
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
    .map(([label, value]) => `<dt>${escapeHtml(label)}</dt>\n<dd>${factHtml(value.slice(0, 1_000))}</dd>`)
    .join('\n');
  const operators = 'Operators: set urls.error to show errors on a page of your own.';
  const title = 'This request could not be completed';
  const advice =
    'Go back to the application you came from and try again. If it happens again, tell its operators what stands below.';
  return page(
    title,
    `<main>\n<h1>${title}</h1>\n<p>${advice}</p>\n<dl>\n${list}\n</dl>\n<p><small>${operators}</small></p>\n</main>`,
  );
}

/** Words read as words; codes and ids, which have no space, stand out for copying. */
const factHtml = (value: string): string =>
  /\s/.test(value) ? escapeHtml(value) : `<code>${escapeHtml(value)}</code>`;

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
<noscript><main><h1>One more step</h1><p>Your browser runs no scripts. Press the button to go back to the application.</p><button>Continue</button></main></noscript>
</form>
<script>${submitScript}</script>`;
  return page('Back to the application', form);
}

/** Goes on when every frame has loaded and had half a second to act; the page's own refresh is what happens otherwise. */
const framesScript = `(function(){var f=document.getElementsByTagName('iframe'),n=f.length,i;
function one(){if(--n===0)setTimeout(function(){location.replace(document.getElementById('on').href)},500)}
for(i=0;i<f.length;i++)f[i].onload=one})();`;

/** Nobody is kept longer for a client that does not answer (security catalogue S11). */
const longestWaitSeconds = 6;

/** A page that tells clients of a logout, each in a frame, and goes on (OpenID Connect Front-Channel Logout 1.0 §3). */
export function logoutFramesPage(
  target: string,
  frames: readonly string[],
): { readonly html: string; readonly headers: OutgoingHttpHeaders } {
  const to = escapeHtml(target);
  // Frames may keep cookies and run, but not take the browser elsewhere.
  const loaded = frames
    .map(
      (frame) =>
        `<iframe hidden sandbox="allow-scripts allow-same-origin allow-forms" src="${escapeHtml(frame)}"></iframe>`,
    )
    .join('\n');
  const body = `<main>
<h1>Logging you out</h1>
<p>The applications you used are being told.</p>
<p><a id="on" href="${to}">Continue</a></p>
</main>
${loaded}
<script>${framesScript}</script>`;
  const refresh = `<meta http-equiv="refresh" content="${String(longestWaitSeconds)};url=${to}">\n`;
  return {
    html: page('Logging you out', body, refresh),
    headers: pageHeaders({ style, script: framesScript, frames }),
  };
}
