// The fenced blocks of a page, with what their info strings order (docs/writing.md has the convention for people).
import { lexer } from 'marked';
import type { Token, Tokens } from 'marked';

/** What stands after the language: `exit=1` is `{ exit: '1' }`, `output` is `{ output: '' }`. */
export type Orders = Readonly<Record<string, string>>;

export interface Block {
  readonly page: string;
  /** Of its fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly orders: Orders;
  /** Without the indentation of a list that it stands in. */
  readonly text: string;
}

/** `<!-- blocks: console ran-by=some.test.ts -->` gives all further blocks of a language in the page these orders. */
const standing = /^<!-- blocks: (\w+) (.*?) -->/;

/** `<!-- sh background=… ⏎ commands ⏎ -->` is run like a block, and readers do not see it: what only the test needs. */
const hidden = /^<!-- (sh)\b(.*)\n([\s\S]*?)\n-->/;

/** Every block of a page from top to bottom, also those in lists and quotations. */
export function blocksOf(page: string, source: string): Block[] {
  const lines = source.split('\n');
  const orders = new Map<string, Orders>();
  let at = 0;
  return flat(lexer(source)).flatMap((token): Block[] => {
    const [, language = '', words = ''] = (token.type === 'html' && standing.exec(token.raw)) || [];
    if (language !== '') orders.set(language, readOrders(words.split(' ')));
    const comment = token.type === 'html' ? hidden.exec(token.raw) : null;
    if (token.type !== 'code' && comment === null) return [];
    const { lang, text, codeBlockStyle } = comment === null ? (token as Tokens.Code) : disguised(comment);
    if (codeBlockStyle === 'indented') return [];
    const [name = '', ...rest] = (lang ?? '').split(/\s+/).filter((word) => word !== '');
    at =
      lines.findIndex((line, index) => index >= at && /^\s*(```|~~~|<!--)/.test(line) && line.includes(lang ?? '')) + 1;
    const line = at;
    at += text.split('\n').length + 1;
    return [{ page, line, language: name, orders: { ...orders.get(name), ...readOrders(rest) }, text }];
  });
}

const disguised = ([, language = '', orders = '', text = '']: RegExpExecArray) => ({
  ...{ lang: language + orders, text, codeBlockStyle: undefined },
});

const readOrders = (words: readonly string[]): Orders =>
  Object.fromEntries(words.map((word) => [word.replace(/=.*$/, ''), /=(.*)$/.exec(word)?.[1] ?? '']));

/** Tokens of all depths, in the order of the page. */
function flat(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const below = 'items' in token ? (token.items as Token[]) : 'tokens' in token ? (token.tokens ?? []) : [];
    return [token, ...(token.type === 'paragraph' ? [] : flat(below))];
  });
}

/** Where a block stands, for messages. */
export const placeOf = ({ page, line }: Block): string => `${page}:${String(line)}`;
