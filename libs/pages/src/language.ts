// Chooses the language of a page: what the application asked for, then what the browser prefers (OpenID Connect Core
// §3.1.2.1 `ui_locales`, RFC 9110 §12.5.4, RFC 4647 §3.4 lookup).

/** The languages that pages are written in; the first is for everybody else. */
export const languages = ['en', 'de'] as const;

export type Language = (typeof languages)[number];

/** More than anybody has, and little to read for whoever sends nonsense. */
const mostTags = 32;
const mostLetters = 1_000;

const isLanguage = (tag: string): tag is Language => (languages as readonly string[]).includes(tag);

/** The language that a tag such as `de-AT` leads to: what is left of it when its end is dropped, piece by piece. */
const lookUp = (tag: string): Language | undefined => {
  const [primary = ''] = tag.trim().toLowerCase().split('-', 1);
  return isLanguage(primary) ? primary : undefined;
};

/** The tags of an Accept-Language header, best first; those the browser refuses (`q=0`) are left out. */
function preferred(header: string): string[] {
  return header
    .slice(0, mostLetters)
    .split(',', mostTags)
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';');
      const said = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(parameter)?.[1]).find(Boolean);
      return { tag, weight: said === undefined ? 1 : Number(said) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}

/**
 * @param asked BCP 47 tags in order of preference, as `ui_locales` has them: a list, or separated by spaces
 * @param acceptLanguage the header of the browser
 */
export function chooseLanguage(
  asked: string | readonly string[] | null | undefined,
  acceptLanguage: string | undefined,
): Language {
  const wishes = typeof asked === 'string' ? asked.slice(0, mostLetters).split(' ', mostTags) : (asked ?? []);
  for (const tag of [...wishes, ...preferred(acceptLanguage ?? '')]) {
    const found = lookUp(tag);
    if (found !== undefined) return found;
  }
  return languages[0];
}
