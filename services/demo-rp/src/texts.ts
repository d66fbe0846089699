// Picks the language of an answer (RFC 9110 §12.5.4) and with it everything the page says.
import { chooseLanguage, type Language } from '@cardea/pages';
import type { Request } from 'express';
import { field, textOf } from './form-values.js';
import { de } from './texts/de.js';
import { en, type Texts } from './texts/en.js';

export type { Texts } from './texts/en.js';

const tables: Readonly<Record<Language, Texts>> = { en, de };

export function textsFor(request: Request): Texts {
  return tables[chooseLanguage(textOf(field(request.query, 'ui_locales')), request.headers['accept-language'])];
}
