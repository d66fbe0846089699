// The checklist of docs/production.md, written from the table of what doctor looks at.
import { checks } from './checks.js';

/** A list in Markdown, an item for each check. */
export const productionChecklist = (): string =>
  checks.map(({ name, wants }) => `- [ ] **${name}**: ${wants}`).join('\n');
