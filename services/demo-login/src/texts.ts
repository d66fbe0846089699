// Picks the language of an answer (OpenID Connect Core §3.1.2.1, RFC 9110 §12.5.4) and with it everything the page says.
import { chooseLanguage, type Language } from '@cardea/pages';
import type { Request } from 'express';
import { field, textOf } from './form-values.js';
import { de } from './texts/de.js';
import { en, type Texts } from './texts/en.js';

export type { Texts } from './texts/en.js';

const tables: Readonly<Record<Language, Texts>> = { en, de };

/** @param asked the application's `ui_locales`; the address of a page may ask as well */
export function textsFor(request: Request, asked?: string | readonly string[] | null): Texts {
  const wishes = asked ?? textOf(field(request.query, 'ui_locales'));
  return tables[chooseLanguage(wishes, request.headers['accept-language'])];
}
