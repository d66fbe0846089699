// Cardea's mark. She kept the hinges: two leaves and the pin between them.
import { html } from './html.js';

export const mark = html`<svg
  viewBox="0 0 24 24"
  aria-hidden="true"
  fill="none"
  stroke="currentColor"
  stroke-width="1.75"
>
  <path d="M9.5 4H4v16h5.5M14.5 4H20v16h-5.5" />
  <path d="M12 2.5v5M12 9.5v5M12 16.5v5" stroke-width="3" stroke-linecap="round" />
</svg>`;
