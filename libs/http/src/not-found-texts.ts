// What is said of an address at which there is nothing, in each language.
import type { Language } from '@cardea/pages';

const en = {
  language: 'en',
  title: 'There is nothing here',
  /** As Hydra has it. */
  routeTitle: '404 - Route not found',
  what: 'There is nothing at this address. Check the path, the host and the port.',
  errorId: 'Error id',
};

type Texts = typeof en;

const de: Texts = {
  language: 'de',
  title: 'Hier ist nichts',
  routeTitle: '404 - Kein solcher Pfad',
  what: 'Unter dieser Adresse gibt es nichts. Prüfen Sie Pfad, Rechnernamen und Port.',
  errorId: 'Fehlernummer',
};

export const notFoundTexts: Readonly<Record<Language, Texts>> = { en, de };
