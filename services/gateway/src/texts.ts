// Everything the pages say, in the language of the browser that asks.
import { languageOf } from '@cardea/http';
import type { Language } from '@cardea/pages';
import type { IncomingMessage } from 'node:http';
import { de } from './texts/de.js';
import { en, type Texts } from './texts/en.js';

export type { Texts } from './texts/en.js';

const tables: Readonly<Record<Language, Texts>> = { en, de };

export const textsFor = (request: IncomingMessage): Texts => tables[languageOf(request)];
