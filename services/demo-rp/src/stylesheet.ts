// The stylesheet of the relying party: the common one, and what a page of text, tables and folds needs besides, from a phone
// to a projector.
import { style } from '@cardea/pages';
import { createHash } from 'node:crypto';

const mono = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';

const rules = `
html{scroll-padding-top:1.5rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
header,main,footer{max-width:60rem;padding:0 2rem}
main{margin:0 auto}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.5rem 2rem;padding-top:1.75rem;font-size:.9375rem}
header nav{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}
.mark svg{width:1.5rem;height:1.5rem;color:var(--accent)}
footer{margin-top:auto;padding-top:3rem;padding-bottom:3rem}
h1{font-size:clamp(2.125rem,1.5rem + 2.6vw,3.25rem);line-height:1.1;margin:0 0 1.25rem}
h2{font-size:1.625rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 .75rem}
h3{font-size:1rem;line-height:1.4;margin:0 0 .25rem}
h4{font-size:.875rem;margin:1.5rem 0 .5rem;color:var(--muted)}
p{max-width:44rem}
code,pre{font:.8125rem/1.6 ${mono}}
pre{margin:0;padding:1rem 1.125rem;background:var(--paper);border:.0625rem solid var(--line);border-radius:.5rem;white-space:pre-wrap;
  overflow-wrap:anywhere}
section{margin-top:3.5rem}
.hero{margin-top:clamp(2.5rem,1rem + 6vw,5.5rem);max-width:40rem}
.lede{font-size:1.1875rem;line-height:1.55;color:var(--muted)}
.lede code{font-size:1rem;color:var(--ink)}
.hero .button{min-height:3.25rem;padding:.5rem 2.25rem;margin-top:.75rem;font-size:1.125rem}
button:disabled,button.quiet:disabled{color:var(--muted);border-color:var(--line);background:transparent;cursor:not-allowed}
button.link{min-height:0;padding:0;border:0;background:none;color:var(--accent);font-weight:inherit;text-decoration:underline;
  text-underline-offset:.2em}
.outline{margin:3.5rem 0 0;padding:1.75rem 0 0;border-top:.0625rem solid var(--line);list-style:none;display:grid;gap:1.5rem 2.5rem;
  grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));color:var(--muted);font-size:.9375rem}
.outline strong{display:block;color:var(--ink);font-size:1rem}
.outcome{margin-top:2.5rem;padding:1.75rem 2rem;border-radius:1rem;background:var(--wash)}
.outcome.alarm{background:var(--alarm-wash)}
.outcome.alarm h2{color:var(--alarm)}
.outcome>:last-child{margin-bottom:0}
.doings,.steps,.variants{list-style:none;margin:0;padding:0}
.doings{border-top:.0625rem solid var(--line)}
.doings li{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.75rem 2rem;padding:1rem 0;
  border-bottom:.0625rem solid var(--line)}
.doings li>div{flex:1 1 20rem}
.doings p{margin:0;color:var(--muted);font-size:.9375rem}
.doings form{display:flex;flex-wrap:wrap;gap:.5rem}
.blocked{display:block}
.forget{margin-top:1rem}
.tokens{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
.token.wide{grid-column:1 / -1}
.token{margin:0;padding:1.75rem 2rem;background:var(--card);border:.0625rem solid var(--line);border-radius:1rem}
.token>:last-child{margin-bottom:0}
.token-head{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .75rem}
.token h3{font-size:1.125rem}
.token p{margin-bottom:.5rem}
.tag{display:inline-block;padding:.0625rem .5rem;border-radius:1rem;background:var(--wash);color:var(--accent);font-size:.8125rem;
  font-weight:600;white-space:nowrap}
.outcome .tag{background:var(--card)}
.tag.alarm{background:var(--alarm-wash);color:var(--alarm)}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
th,td{text-align:left;vertical-align:top;padding:.5rem 1.25rem .5rem 0;border-top:.0625rem solid var(--line)}
thead th{border-top:0;color:var(--muted);font-weight:400;font-size:.875rem}
.claims th{width:11rem;font-weight:400}
.claims td.meaning{display:table-cell;width:17rem;padding-right:0}
.claims .time{display:block;font-size:.875rem}
.meaning{display:block;color:var(--muted);font-size:.875rem}
.outcome th,.outcome td{border-color:var(--line)}
.steps{border-top:.0625rem solid var(--line)}
.steps li{border-bottom:.0625rem solid var(--line)}
summary{cursor:pointer}
.steps summary{display:grid;grid-template-columns:1.5rem 15rem 1fr auto 10.5rem;gap:0 1rem;align-items:baseline;padding:.8125rem 0;
  list-style:none}
.steps summary::-webkit-details-marker{display:none}
.steps summary:hover .step-title{text-decoration:underline;text-underline-offset:.2em;text-decoration-thickness:.06em}
.number{color:var(--muted);font-variant-numeric:tabular-nums}
.step-title{font-weight:600}
.route,.when{color:var(--muted);font-size:.875rem}
.arrow::before{content:"→";content:"→" / ""}
.when{grid-column:5;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.step-body{padding:0 0 1.5rem 3rem}
.step-body h3{margin:1.25rem 0 .5rem;font-size:.875rem;color:var(--muted)}
.step-body p{margin-bottom:.5rem}
.fact{padding-left:.875rem;border-left:.1875rem solid var(--accent)}
dl{margin:0}
.parameters{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.625rem 1.25rem}
.parameters dd{margin:0}
.facts{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1.25rem;padding:0;border:0;font-size:.9375rem}
.facts dt{margin:0;font-size:inherit}
main>.facts{margin-top:3.5rem}
.variables{margin-top:2rem}
.variables summary{padding:.5rem 0;color:var(--accent)}
.variants li{display:grid;grid-template-columns:14rem 1fr;gap:.125rem 1.25rem;padding:.375rem 0}
.variants span{color:var(--muted)}
@media (max-width:44rem){
  header,main,footer{padding-left:1.25rem;padding-right:1.25rem}
  section{margin-top:2.75rem}
  .outcome,.token{padding:1.25rem}
  .doings form,.doings button{flex:1 1 auto}
  .steps summary{grid-template-columns:1.5rem 1fr auto}
  .steps .route{grid-column:2 / -1;grid-row:2}
  .steps .when{grid-column:2 / -1;grid-row:3;text-align:left}
  .step-body{padding-left:0}
  .claims th,.claims td,.claims td.meaning{display:block;width:auto;padding-right:0}
  .claims td{border-top:0;padding:0}
  .claims th{padding-bottom:0}
  .claims td:last-child{padding-bottom:.5rem}
  #comparison th,#comparison td{padding-right:.75rem}
  .parameters,.facts,.variants li{grid-template-columns:1fr;gap:0}
  .parameters dd,.facts dd{margin-bottom:.75rem}
  .variants li{padding:.5rem 0}
}
@media (forced-colors:active){.tag,.outcome{border:.0625rem solid}}
@media print{.variants,.doings,header nav{display:none}}
`;

/** The whole stylesheet as it is served. */
export const stylesheet = style + rules;

/** Changes when the stylesheet does, so that browsers may keep it for long. */
export const stylesheetVersion = createHash('sha256').update(stylesheet).digest('hex').slice(0, 12);
