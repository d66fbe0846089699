// The one table of output formats: `--format NAME[=ARGUMENT]`, by Hydra's names, and `-q`.
import { stringify } from 'yaml';
import { Failure } from '../failure.js';
import { selectByPath, selectByPointer } from './select.js';
import type { Shown } from './shown.js';
import { drawTable } from './table.js';

interface Format {
  readonly help: string;
  /** Whether the name goes on with `=…`. */
  readonly argument?: boolean;
  readonly render: (shown: Shown, argument: string) => string;
}

const line = (value: unknown): string => `${JSON.stringify(value ?? null)}\n`;

const formats: Readonly<Record<string, Format>> = {
  table: { help: 'for people', render: drawTable },
  default: { help: 'the same as table', render: drawTable },
  json: { help: 'JSON on one line', render: ({ json }) => line(json) },
  'json-pretty': { help: 'JSON, indented', render: ({ json }) => `${JSON.stringify(json, null, 2)}\n` },
  yaml: { help: 'YAML', render: ({ json }) => stringify(json) },
  jsonpath: {
    help: 'a part of the JSON, such as jsonpath=client_id or jsonpath=items.#.client_id',
    argument: true,
    render: ({ json }, path) => line(selectByPath(json, path)),
  },
  jsonpointer: {
    help: 'a part of the JSON by RFC 6901, such as jsonpointer=/redirect_uris/0',
    argument: true,
    render: ({ json }, pointer) => line(selectByPointer(json, pointer)),
  },
};

/** For `--help` and completion. */
export const formatNames: readonly string[] = Object.entries(formats).map(([name, { argument }]) =>
  argument === true ? `${name}=` : name,
);

export const formatHelp = `one of ${formatNames.join(', ')}`;

export interface FormatOptions {
  readonly format: string;
  readonly quiet?: boolean;
}

/**
 * @returns a function that turns what is shown into text, ending with a newline; asked for before anything is done, so that
 *   a mistyped format changes nothing
 * @throws {Failure} when there is no such format
 */
export function rendererFor({ format: wanted, quiet = false }: FormatOptions): (shown: Shown) => string {
  const [, name = wanted, argument] = /^([^=]*)(?:=([\s\S]*))?$/.exec(wanted) ?? [];
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined || (format.argument === true) !== (argument !== undefined)) {
    throw new Failure(`there is no format ${JSON.stringify(wanted)}: --format takes ${formatHelp}`);
  }
  if (quiet && format.argument === true) return (shown) => bare(format.render(shown, argument ?? ''));
  if (quiet) return ({ ids }) => ids.map((id) => `${id}\n`).join('');
  return (shown) => format.render(shown, argument ?? '');
}

/** With `-q`, a text that a path leads to comes without its quotes, for scripts. */
function bare(text: string): string {
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' ? `${value}\n` : text;
}
