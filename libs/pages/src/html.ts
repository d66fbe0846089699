// Writes HTML with a tagged template that escapes every value put into it (OWASP: output encoding by context).

/** A piece of HTML that is already safe to send. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a hole of the template: text is escaped, pieces are not, nothing prints nothing. */
export type Hole = Html | string | number | false | null | undefined | readonly Hole[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes a text inert in element content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function print(hole: Hole): string {
  if (hole === undefined || hole === null || hole === false) return '';
  if (typeof hole === 'number') return String(hole);
  if (typeof hole === 'string') return escapeHtml(hole);
  if (Array.isArray(hole)) return (hole as readonly Hole[]).map(print).join('');
  return (hole as Html).markup;
}

/**
 * Builds HTML from a template; holes are fit for element content and for quoted attribute values.
 *
 * Addresses need `webAddress` first: escaping does not make a `javascript:` link harmless.
 */
export function html(texts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return { markup: texts.reduce((page, text, index) => page + print(holes[index - 1]) + text) };
}

/** The address as a browser would read it when it is http or https, else undefined. */
export function webAddress(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
