// The few pages of the relying party on loopback: they look as the provider's own do; no scripts, nothing from elsewhere.
import { formSheetHeaders, framed, sheet } from '@cardea/http';
import type { ServerResponse } from 'node:http';

/** Text that may stand in HTML. */
export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);

/** @param body HTML */
export function sendPage(response: ServerResponse, status: number, title: string, body: string): void {
  response.writeHead(status, { ...formSheetHeaders, 'Cache-Control': 'no-store', Connection: 'close' });
  response.end(framed({ language: 'en', title }, sheet({ markup: `<h1>${escape(title)}</h1>${body}` })));
}
