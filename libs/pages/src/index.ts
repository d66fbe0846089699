// @cardea/pages: what every page of Cardea and its demos has in common: escaped HTML, one look, languages. Texts in, HTML out.
export type { Hole, Html } from './html.js';
export { escapeHtml, html, webAddress } from './html.js';
export type { Language } from './language.js';
export { chooseLanguage, languages } from './language.js';
export { leavesOf } from './leaves.js';
export { mark } from './mark.js';
export { customProperties, dark, light } from './palette.js';
export { style } from './style.js';
