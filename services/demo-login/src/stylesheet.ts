// The stylesheet of the login app: the common one, and what only its pages show.
import { style } from '@cardea/pages';
import { createHash } from 'node:crypto';

const own = `
.client{display:flex;align-items:center;gap:.875rem;margin:0 0 1.75rem;color:var(--muted);font-size:.9375rem}
.client strong{display:block;color:var(--ink);font-weight:600;overflow-wrap:anywhere}
.logo{flex:none;width:2.75rem;height:2.75rem;border-radius:.75rem;display:grid;place-items:center;background:var(--wash);
  color:var(--accent);font-size:1.25rem;font-weight:600;overflow:hidden}
.logo img{width:100%;height:100%;object-fit:contain}
.scopes{list-style:none;margin:0 0 1.5rem;padding:0;border-top:.0625rem solid var(--line)}
.scopes li{padding:.875rem 0;border-bottom:.0625rem solid var(--line)}
.tick{flex:none;width:1.25rem;height:1.25rem;margin-top:.1875rem;color:var(--accent)}
.aside .small{margin-bottom:.5rem}
.aside button{width:100%}
.links{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1.25rem 0 0;color:var(--muted);font-size:.875rem}
@media (forced-colors:active){.logo{border:.0625rem solid}}`;

/** The whole stylesheet as it is served. */
export const stylesheet = style + own;

/** Changes when the stylesheet does, so that browsers may keep it for long. */
export const stylesheetVersion = createHash('sha256').update(stylesheet).digest('hex').slice(0, 12);
