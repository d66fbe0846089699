// Compares what a page shows with what a command said: `…` stands for anything.

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** As a pattern for the whole of a text; `…` is anything within it. */
const pattern = (shown: string) => new RegExp(`^${shown.split('…').map(escaped).join('.*')}$`, 's');

/** Columns are as wide as what happens to stand in them. */
const normal = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().replace(/\s+/g, ' '));

/** Whether a text is as shown; a line that is `…` alone stands for any lines. */
export function matchesText(shown: string, said: string): boolean {
  const lines = normal(shown);
  const source = lines
    .map((line) => (line.trim() === '…' ? '(?:[^\\n]*\\n)*?' : `${line.split('…').map(escaped).join('[^\\n]*')}\\n`))
    .join('');
  return new RegExp(`^${source}$`).test(`${normal(said).join('\n')}\n`);
}

/** Whether JSON is as shown: the same members and no others, unless a member `"…"` or an element `"…"` says that there are more. */
export function matchesJson(shown: unknown, said: unknown): boolean {
  if (typeof shown === 'string') return shown === '…' || (typeof said === 'string' && pattern(shown).test(said));
  if (Array.isArray(shown)) {
    if (!Array.isArray(said)) return false;
    const open = shown.includes('…') && shown.length > 1;
    const wanted = open ? shown.filter((each) => each !== '…') : shown;
    if (!open && wanted.length !== said.length) return false;
    return wanted.every((each, index) => matchesJson(each, said[index]));
  }
  if (typeof shown !== 'object' || shown === null) return sameNumber(shown, said) || shown === said;
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return false;
  const { '…': more, ...members } = shown as Record<string, unknown>;
  const has = said as Record<string, unknown>;
  const all = more !== undefined || Object.keys(has).every((name) => Object.hasOwn(members, name));
  return (
    all && Object.entries(members).every(([name, value]) => Object.hasOwn(has, name) && matchesJson(value, has[name]))
  );
}

/** Instants differ from run to run: any later one will do for a shown one. */
const sameNumber = (shown: unknown, said: unknown) =>
  typeof shown === 'number' && typeof said === 'number' && shown > 1_000_000_000 && said > 1_000_000_000;

/** One document, or a line each. @throws {SyntaxError} */
export function readJson(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }
}
