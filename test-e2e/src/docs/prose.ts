// What the sentences of a page name: settings, commands and scripts in `code`, which have to exist as they are spelt.
import { lexer } from 'marked';
import type { Token } from 'marked';
import { parseDocument } from 'yaml';
import { isFamily, mistakesOfCommand } from './orders.js';
import { textOf } from './pages.js';

/** Every setting by its whole name, from the page that is written from the schema. */
const settings = [...textOf('docs/configuration.md').matchAll(/^\| `([a-z0-9_.]+)` \|/gm)].map(([, name = '']) => name);
/** Values of the chart are named like settings. */
const chart = parseDocument(textOf('helm/cardea/values.yaml'));
const sections = new Set(settings.map((name) => name.split('.')[0]));

/** Code spans of all depths, tables included. */
function codeSpans(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    if (token.type === 'codespan') return [(token as { text: string }).text];
    const {
      tokens: inner = [],
      items = [],
      header = [],
      rows = [],
    } = token as Partial<
      Record<'tokens' | 'items', Token[]> & { header: { tokens: Token[] }[]; rows: { tokens: Token[] }[][] }
    >;
    return [
      ...codeSpans(inner),
      ...codeSpans(items),
      ...[header, ...rows].flat().flatMap((cell) => codeSpans(cell.tokens)),
    ];
  });
}

/** What is named in prose and does not exist. */
export function mistakesInProse(page: string, source: string): string[] {
  return codeSpans(lexer(source))
    .flatMap((text) => [...settingMistakes(text), ...(isCommand.test(text) ? commandMistakes(text) : [])])
    .map((mistake) => `${page}: ${mistake}`);
}

const isCommand = /^(npx )?cardea [a-z]|^npm run [a-z]/;

/** `cardea jobs retry|drain` are two commands, and `cardea keys` is a family of them. */
function commandMistakes(text: string): string[] {
  const choice = /\S+\|\S+/.exec(text)?.[0];
  if (choice !== undefined) return choice.split('|').flatMap((each) => commandMistakes(text.replace(choice, each)));
  const family = text.replace(/^npx /, '').split(' ').slice(1);
  return isFamily(family) ? [] : mistakesOfCommand(text);
}

/** `keys.audit.*`, `secrets.system_file` and `keys.kek: […]` name settings too; names of hosts, files and members do not. */
function settingMistakes(text: string): string[] {
  const [, name = ''] = /^([a-z0-9_]+(?:\.[a-z0-9_]+)+)(?:\.\*)?(?::.*)?$/.exec(text) ?? [];
  if (name === '' || !sections.has(name.split('.')[0]) || /\.(md|yaml|json|pem|ts|mjs|sh|txt|log)$/.test(name))
    return [];
  const plain = name.replace(/_file$/, '');
  const known = settings.some((each) => each === name || each === plain || each.startsWith(`${name}.`));
  return known || chart.hasIn(name.split('.')) ? [] : [`there is no setting ${name}`];
}
