// The one stylesheet: paper and ink, one column, large targets, visible focus, nothing that moves. It reads by day, by night,
// at 320 px (WCAG 2.2 §1.4.10), in forced colours and on paper.
import { customProperties, dark, light } from './palette.js';

const sans = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",sans-serif';
const serif = '"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",Georgia,"Liberation Serif",serif';
const mono = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';

const ground = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100svh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);
  font:1rem/1.55 ${sans};overflow-wrap:break-word}
a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:.1875rem solid var(--accent);outline-offset:.1875rem;border-radius:.25rem}
main:focus,.notice:focus{outline:none}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--card);border-radius:.5rem}
.skip:focus{top:1rem}
header,main,footer{width:100%;max-width:33rem;margin:0 auto;padding:1.5rem}
header{padding-bottom:0;font-size:.875rem}
footer{padding-top:.5rem;color:var(--muted);font-size:.875rem}
footer p{margin:0}
.mark{display:inline-flex;align-items:center;gap:.6rem;color:var(--ink);letter-spacing:.01em;text-decoration:none}
.mark svg{width:1.375rem;height:1.375rem;color:var(--accent)}
main{margin:auto}
.sheet{background:var(--card);border:.0625rem solid var(--line);border-radius:1rem;padding:2.25rem 2.25rem 2rem}
.sheet>:last-child{margin-bottom:0}
h1,h2{font-family:${serif};font-weight:500;text-wrap:balance;overflow-wrap:break-word}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 .75rem}
h2{font-size:1.125rem;line-height:1.3;margin:2rem 0 .75rem}
p{margin:0 0 1rem;text-wrap:pretty}
.muted{color:var(--muted)}
.small{font-size:.875rem}
pre{margin:0 0 1rem;font:.875rem/1.5 ${mono};white-space:pre-wrap;overflow-wrap:anywhere}
code{font:.9375em/1.5 ${mono};overflow-wrap:anywhere}`;

const pieces = `
.facts{margin:1.5rem 0 0;padding:.25rem 0 0;border-top:.0625rem solid var(--line)}
.facts dt{margin-top:.75rem;color:var(--muted);font-size:.875rem}
.facts dd{margin:0;overflow-wrap:anywhere}
.notice{border-radius:.75rem;padding:.875rem 1rem;margin:0 0 1.5rem;background:var(--wash);font-size:.9375rem}
.notice.alarm{background:var(--alarm-wash)}
.notice h2{margin:0 0 .25rem;font:600 1rem/1.5 ${sans};color:var(--alarm)}
.notice ul{margin:0;padding:0 0 0 1.125rem}
.notice p:last-child{margin:0}
.notice a{color:inherit}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.75rem 0 0}
.actions>:first-child{flex:1 1 auto}
button,.button{min-height:2.875rem;padding:.5rem 1.375rem;border-radius:.5rem;border:.0625rem solid var(--accent);background:var(--accent);
  color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer;text-decoration:none;display:inline-flex;align-items:center;
  justify-content:center;text-align:center}
button.quiet,.button.quiet{background:transparent;color:var(--accent);border-color:var(--field)}
button:hover,.button:hover{filter:brightness(1.12)}
button.quiet:hover,.button.quiet:hover{background:var(--wash);filter:none}
.aside{margin:1.75rem 0 0;padding:1.25rem 0 0;border-top:.0625rem solid var(--line)}
.aside p:last-child{margin:0}`;

const forms = `
label{display:block;font-weight:600;font-size:.9375rem;margin:0 0 .375rem}
.field{margin:0 0 1.125rem}
input[type=text],input[type=password]{width:100%;min-height:2.875rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--card);
  border:.0625rem solid var(--field);border-radius:.5rem}
input[aria-invalid=true]{border-color:var(--alarm);border-width:.125rem}
input[type=checkbox]{flex:none;width:1.25rem;height:1.25rem;margin:.1875rem 0 0;accent-color:var(--accent)}
input.code{font:600 1.375rem ${mono};letter-spacing:.125em;text-transform:uppercase}
.check{display:flex;gap:.75rem;align-items:flex-start;font-weight:400;margin:0}
.check strong{display:block;font-weight:600}
.check span span{display:block;color:var(--muted);font-size:.875rem;overflow-wrap:anywhere}
.error{color:var(--alarm);font-size:.875rem;margin:.375rem 0 0}`;

const elsewhere = `
@media (max-width:34rem){
  header,footer{padding-left:1.25rem;padding-right:1.25rem}
  main{padding:1.25rem 0;margin:auto 0}
  .sheet{border-width:.0625rem 0;border-radius:0;padding:1.75rem 1.25rem}
  .actions>*{flex:1 1 100%}
}
@media (forced-colors:active){.notice{border:.0625rem solid}}
@media print{
  body{display:block;min-height:0;background:none}
  .skip,.actions{display:none}
  main,.sheet{margin:0;padding:0;border:0;max-width:none;background:none}
  .notice{border:.0625rem solid}
}`;

/** The whole stylesheet; a page with more to show puts its own rules behind it. Paper is always light. */
export const style = [
  `:root{color-scheme:light dark;${customProperties(light)}}`,
  `@media screen and (prefers-color-scheme:dark){:root{${customProperties(dark)}}}`,
  ground.trim(),
  pieces.trim(),
  forms.trim(),
  elsewhere.trim(),
].join('\n');
