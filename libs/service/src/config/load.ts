// Reads the configuration: files in order, then secret files, then the environment; strict, typed and frozen.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './config-error.js';
import { withDevNames } from './dev-names.js';
import { explain } from './explain.js';
import type { Locate } from './file.js';
import { readSettings } from './file.js';
import type { Tree } from './foreign.js';
import { dropForeign, refuseForeign } from './foreign.js';
import { configSchema } from './schema.js';
import type { Camel, Leaf } from './shape.js';
import { camelise, environmentName, leaves } from './shape.js';

/** The whole product's configuration; each service reads its part. */
export type Config = Camel<z.output<ReturnType<typeof configSchema>>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param options.files YAML or JSON files; later ones win
 * @param options.env wins over files
 * @param options.warn told of Hydra's keys that mean nothing here
 * @param options.onSecretFile told of each file with a secret, before it is read
 * @throws {ConfigError} naming file, line and the nearest key
 */
export function loadConfig(options: {
  files?: readonly string[];
  env?: Environment;
  warn?: (message: string) => void;
  onSecretFile?: (file: string) => void;
}): Config {
  const { files = [], env = {}, warn = () => undefined, onSecretFile = () => undefined } = options;
  const schema = configSchema();
  const settings = leaves(schema);
  const tree: Tree = {};
  const locators: Locate[] = [];
  for (const file of files) {
    const read = readSettings(file);
    dropForeign(read.tree, read.locate, warn);
    merge(tree, read.tree);
    locators.unshift(read.locate);
  }
  refuseForeign(env);
  readSecretFiles(tree, { settings, env, onSecretFile });
  applyEnvironment(tree, settings, env);
  const parsed = schema.safeParse(tree);
  if (parsed.success) return withDevNames(camelise(parsed.data));
  const locate: Locate = (path) => locators.map((inFile) => inFile(path)).find((place) => place !== '') ?? '';
  throw new ConfigError(explain(parsed.error, settings, locate));
}

/** A setting a service cannot do without. */
export function required<T>(value: T | undefined, key: string): T {
  if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return value;
  throw new ConfigError(
    `${key} is not set: put it into the configuration file or set ${environmentName(key.split('.'))}`,
  );
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name without a value (`serve:` and nothing below it) says nothing. */
function merge(into: Tree, from: Tree): void {
  for (const [key, value] of Object.entries(from)) {
    if (value === null || key === '__proto__') continue;
    const present = into[key];
    if (!isTree(value)) into[key] = value;
    else merge(isTree(present) ? present : (into[key] = {}), value);
  }
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let holder = tree;
  for (const key of path.slice(0, -1)) {
    const next = holder[key];
    holder = isTree(next) ? next : (holder[key] = {});
  }
  holder[path.at(-1) ?? ''] = value;
}

function applyEnvironment(tree: Tree, settings: readonly Leaf[], env: Environment): void {
  for (const { path } of settings) {
    const value = env[environmentName(path)];
    if (value !== undefined && value !== '') setAt(tree, path, value);
  }
}

function readSecretFiles(
  tree: Tree,
  {
    settings,
    env,
    onSecretFile,
  }: { settings: readonly Leaf[]; env: Environment; onSecretFile: (file: string) => void },
): void {
  for (const { path } of settings.filter(({ facts }) => facts.secret === true)) {
    const last = `${path.at(-1) ?? ''}_file`;
    const holder = path.slice(0, -1).reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), tree);
    const named = isTree(holder) ? holder[last] : undefined;
    const file = env[`${environmentName(path)}_FILE`] ?? named;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh tree of our own
    if (isTree(holder) && typeof named === 'string') delete holder[last];
    if (typeof file !== 'string' || file === '') continue;
    onSecretFile(file);
    try {
      setAt(tree, path, readFileSync(file, 'utf8').trim());
    } catch (error) {
      throw new ConfigError(`${[...path.slice(0, -1), last].join('.')}: ${(error as Error).message}`);
    }
  }
}
