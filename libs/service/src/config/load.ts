// Reads the configuration: files in order, then secret files, then the environment; strict, typed and frozen.
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from './nearest.js';
import { configSchema } from './schema.js';
import type { Camel, Leaf } from './shape.js';
import { camelise, environmentName, leaves } from './shape.js';

/** The whole product's configuration; each service reads its part. */
export type Config = Camel<z.output<typeof configSchema>>;

/** Configuration that cannot be used; the message names the setting and the fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Tree = Record<string, unknown>;

const settings = leaves(configSchema);
/** Hydra's keys that have no meaning here: named once at start, never a reason to refuse. */
const foreignRoots = [
  'version',
  'sqa',
  'profiling',
  'cgroups',
  'feature_flags',
  'webfinger',
  'clients',
  'db',
  'serve.tls',
];

/** Where a value stood, for messages. */
type Locate = (path: readonly PropertyKey[]) => string;

/**
 * @param options.files YAML or JSON files; later ones win
 * @param options.env wins over files
 * @param options.warn told of Hydra's keys that mean nothing here
 * @throws {ConfigError} naming file, line and the nearest key
 */
export function loadConfig(options: {
  files?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  warn?: (message: string) => void;
}): Config {
  const tree: Tree = {};
  const locators: Locate[] = [];
  for (const file of options.files ?? []) {
    const { value, locate } = readFile(file, options.warn);
    merge(tree, value);
    locators.unshift(locate);
  }
  applyEnvironment(tree, options.env ?? {});
  readSecretFiles(tree, options.env ?? {});
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success)
    throw new ConfigError(explain(parsed.error, (path) => locators.map((locate) => locate(path)).find(Boolean) ?? ''));
  return camelise(parsed.data);
}

/** A setting a service cannot do without. */
export function required<T>(value: T | undefined, key: string): T {
  if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return value;
  throw new ConfigError(
    `${key} is not set: put it into the configuration file or set ${environmentName(key.split('.'))}`,
  );
}

function readFile(file: string, warn?: (message: string) => void): { value: Tree; locate: Locate } {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${(error as Error).message})`);
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const problem = document.errors[0];
  if (problem !== undefined) throw new ConfigError(`${file}: ${problem.message}`);
  const value = (document.toJS() ?? {}) as Tree;
  for (const root of foreignRoots) {
    const [first = '', second] = root.split('.');
    const holder = second === undefined ? value : ((value[first] ?? {}) as Tree);
    const key = second ?? first;
    if (!(key in holder)) continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh tree of our own
    delete holder[key];
    warn?.(`${file}: ${root} means nothing to Cardea and is ignored`);
  }
  const locate: Locate = (path) => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    return node?.range === undefined ? '' : `${file}:${String(lines.linePos(node.range[0]).line)}: `;
  };
  return { value, locate };
}

function merge(into: Tree, from: Tree): void {
  for (const [key, value] of Object.entries(from)) {
    const present = into[key];
    const both = [present, value].every((side) => typeof side === 'object' && side !== null && !Array.isArray(side));
    if (both) merge(present as Tree, value as Tree);
    else if (key !== '__proto__') into[key] = value;
  }
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let holder = tree;
  for (const key of path.slice(0, -1)) {
    const next = holder[key];
    holder = (typeof next === 'object' && next !== null ? next : (holder[key] = {})) as Tree;
  }
  holder[path.at(-1) ?? ''] = value;
}

function applyEnvironment(tree: Tree, env: Readonly<Record<string, string | undefined>>): void {
  for (const leaf of settings) {
    const value = env[environmentName(leaf.path)];
    if (value !== undefined && value !== '') setAt(tree, leaf.path, value);
  }
}

function readSecretFiles(tree: Tree, env: Readonly<Record<string, string | undefined>>): void {
  for (const leaf of settings.filter((candidate): candidate is Leaf => candidate.facts.secret === true)) {
    const last = `${leaf.path.at(-1) ?? ''}_file`;
    const holder = leaf.path.slice(0, -1).reduce<Tree>((node, key) => (node[key] ?? {}) as Tree, tree);
    const file = env[`${environmentName(leaf.path)}_FILE`] ?? holder[last];
    if (typeof file !== 'string') continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh tree of our own
    delete holder[last];
    try {
      setAt(tree, leaf.path, readFileSync(file, 'utf8').trim());
    } catch (error) {
      throw new ConfigError(`${[...leaf.path.slice(0, -1), last].join('.')}: ${(error as Error).message}`);
    }
  }
}

/** Says the first few problems, each with its place and, for an unknown key, the nearest known one. */
function explain(error: z.ZodError, locate: Locate): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys
          .map((key) => {
            const path = [...issue.path, key];
            const known = settings.map((leaf) => leaf.path.join('.'));
            const guess = nearest(path.join('.'), known);
            return `${locate(path)}${path.join('.')} is not a setting${guess === undefined ? '' : `; did you mean ${guess}?`}`;
          })
          .join('\n');
      }
      const key = issue.path.join('.');
      return `${locate(issue.path)}${key}: ${issue.message} (environment: ${environmentName(issue.path.map(String))})`;
    })
    .join('\n');
}
