// The language of an answer to a browser: `ui_locales` of the request, then what the browser prefers (OpenID Connect Core
// §3.1.2.1, RFC 9110 §12.5.4). Whatever is malformed asks for nothing.
import { chooseLanguage, type Language } from '@cardea/pages';
import type { IncomingMessage } from 'node:http';

export function languageOf(request: IncomingMessage): Language {
  const address = request.url ?? '';
  const mark = address.indexOf('?');
  const asked = mark === -1 ? null : new URLSearchParams(address.slice(mark + 1)).get('ui_locales');
  return chooseLanguage(asked, request.headers['accept-language']);
}
