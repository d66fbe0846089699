// The one stylesheet of the login app: a quiet sheet of paper, one column, large targets, visible focus.
import { createHash } from 'node:crypto';
import { customProperties, dark, light } from './palette.js';

const rules = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100svh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);
  font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",sans-serif}
a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:.1875rem solid var(--accent);outline-offset:.1875rem;border-radius:.25rem}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--card);border-radius:.5rem}
.skip:focus{top:1rem}
header,footer{width:100%;max-width:30rem;margin:0 auto;padding:1.75rem 1.5rem 0;color:var(--muted);font-size:.875rem}
footer{padding:1.5rem 1.5rem 2rem}
footer p{margin:0}
.mark{display:inline-flex;align-items:center;gap:.6rem;color:var(--ink);letter-spacing:.01em}
.mark svg{width:1.375rem;height:1.375rem;color:var(--accent)}
main{width:100%;max-width:30rem;margin:auto;padding:1.5rem}
.sheet{background:var(--card);border:.0625rem solid var(--line);border-radius:1rem;padding:2.25rem 2.25rem 2rem}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",Georgia,"Liberation Serif",serif;
  font-weight:500;text-wrap:balance}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 .75rem}
h2{font-size:1.125rem;line-height:1.3;margin:2rem 0 .75rem}
p{margin:0 0 1rem}
.muted{color:var(--muted)}
.small{font-size:.875rem}
.client{display:flex;align-items:center;gap:.875rem;margin:0 0 1.75rem;color:var(--muted);font-size:.9375rem}
.client strong{display:block;color:var(--ink);font-weight:600;overflow-wrap:anywhere}
.logo{flex:none;width:2.75rem;height:2.75rem;border-radius:.75rem;display:grid;place-items:center;background:var(--wash);
  color:var(--accent);font-size:1.25rem;font-weight:600;overflow:hidden}
.logo img{width:100%;height:100%;object-fit:contain}
label{display:block;font-weight:600;font-size:.9375rem;margin:0 0 .375rem}
.field{margin:0 0 1.125rem}
input[type=text],input[type=password]{width:100%;min-height:2.875rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--card);
  border:.0625rem solid var(--field);border-radius:.5rem}
input[aria-invalid=true]{border-color:var(--alarm);border-width:.125rem}
input[type=checkbox]{flex:none;width:1.25rem;height:1.25rem;margin:.1875rem 0 0;accent-color:var(--accent)}
.check{display:flex;gap:.75rem;align-items:flex-start;font-weight:400;margin:0}
.check strong{display:block;font-weight:600}
.check span span{display:block;color:var(--muted);font-size:.875rem;overflow-wrap:anywhere}
.error{color:var(--alarm);font-size:.875rem;margin:.375rem 0 0}
.notice{border-radius:.75rem;padding:.875rem 1rem;margin:0 0 1.5rem;background:var(--wash);font-size:.9375rem}
.notice.alarm{background:var(--alarm-wash)}
.notice p:last-child{margin:0}
.scopes{list-style:none;margin:0 0 1.5rem;padding:0;border-top:.0625rem solid var(--line)}
.scopes li{padding:.875rem 0;border-bottom:.0625rem solid var(--line)}
.tick{flex:none;width:1.25rem;height:1.25rem;margin-top:.1875rem;color:var(--accent)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.75rem 0 0}
button,.button{min-height:2.875rem;padding:.5rem 1.375rem;border-radius:.5rem;border:.0625rem solid var(--accent);background:var(--accent);
  color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer;text-decoration:none;display:inline-flex;align-items:center;
  justify-content:center}
.actions>:first-child{flex:1 1 auto}
button.quiet,.button.quiet{background:transparent;color:var(--accent);border-color:var(--field)}
button:hover,.button:hover{filter:brightness(1.12)}
button.quiet:hover,.button.quiet:hover{background:var(--wash);filter:none}
.aside{margin:1.75rem 0 0;padding:1.25rem 0 0;border-top:.0625rem solid var(--line)}
.aside p:last-child{margin:0}
.aside .small{margin-bottom:.5rem}
.aside button{width:100%}
.links{color:var(--muted)}
code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.links{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1.25rem 0 0;font-size:.875rem}
@media (max-width:30rem){
  header,footer{padding-left:1.25rem;padding-right:1.25rem}
  main{padding:1.25rem 0;margin:auto 0}
  .sheet{border-width:.0625rem 0;border-radius:0;padding:1.75rem 1.25rem}
  .actions>*{flex:1 1 100%}
}
@media (forced-colors:active){.logo,.notice{border:.0625rem solid}}
`;

/** The whole stylesheet as it is served. */
export const stylesheet = [
  `:root{color-scheme:light dark;${customProperties(light)}}`,
  `@media (prefers-color-scheme:dark){:root{${customProperties(dark)}}}`,
  rules,
].join('\n');

/** Changes when the stylesheet does, so that browsers may keep it for long. */
export const stylesheetVersion = createHash('sha256').update(stylesheet).digest('hex').slice(0, 12);
