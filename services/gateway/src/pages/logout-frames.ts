// The page that tells clients of a logout, each in a frame, and goes on (OpenID Connect Front-Channel Logout 1.0 §3).
import { framed, pageHeaders, sheet } from '@cardea/http';
import { html, style, type Html } from '@cardea/pages';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Texts } from '../texts.js';

/** Goes on when every frame has loaded and had half a second to act; the page's own refresh is what happens otherwise. */
const framesScript = `(function(){var f=document.getElementsByTagName('iframe'),n=f.length,i;
function one(){if(--n===0)setTimeout(function(){location.replace(document.getElementById('on').href)},500)}
for(i=0;i<f.length;i++)f[i].onload=one})();`;
const script: Html = { markup: `<script>${framesScript}</script>` };

/** Nobody is kept longer for a client that does not answer (security catalogue S11). */
const longestWaitSeconds = 6;

export function logoutFramesPage(
  texts: Texts,
  target: string,
  frames: readonly string[],
): { readonly html: string; readonly headers: OutgoingHttpHeaders } {
  const { title, what, on } = texts.frames;
  // Frames may keep cookies and run, but not take the browser elsewhere.
  const loaded = frames.map(
    (frame) => html`<iframe hidden sandbox="allow-scripts allow-same-origin allow-forms" src="${frame}"></iframe>`,
  );
  const head = html`<meta http-equiv="refresh" content="${longestWaitSeconds};url=${target}" />`;
  const content = html`<h1>${title}</h1>
    <p>${what}</p>
    <div class="actions"><a id="on" href="${target}" class="button">${on}</a></div>`;
  return {
    html: framed({ language: texts.language, title, head }, [sheet(content), loaded, script]),
    headers: pageHeaders({ style, script: framesScript, frames }),
  };
}
