// JSON of strangers, read so that no two parsers can disagree about it: one value, each member name once, not too deep
// (RFC 8259 §4, RFC 8725 §2.4; security catalogue E09).

const deepest = 16;

/** @returns the object, or undefined for anything else, bytes that are not UTF-8, repeated names, and absurd depth */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // Depth first: what follows recurses.
    if (isTooDeep(text)) return undefined;
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return countMembers(value) === countNames(text) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Strings, and the characters that structure is made of; numbers and words between them do not matter here. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > deepest) return true;
  }
  return false;
}

/** A colon outside of strings follows each name, and a name that came twice was parsed into one member. */
function countNames(text: string): number {
  let names = 0;
  for (const [token] of text.matchAll(tokens)) if (token === ':') names++;
  return names;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, inner) => sum + countMembers(inner), own);
}
