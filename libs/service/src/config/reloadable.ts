// Which settings are taken up while a service runs, and what a configuration that was read anew makes of the one in use
// (hydra-wire §8: Hydra reads all anew but log, serve, dsn and profiling).
import type { Config } from './load.js';
import { configSchema } from './schema.js';
import { camelKey, leaves } from './shape.js';

/** Settings and whole sections. */
const live: readonly string[] = [
  'log.level',
  'urls',
  'webfinger.oidc_discovery',
  'secrets',
  'strategies',
  'ttl',
  'oauth2',
  'oidc',
  'clients',
  'rate_limits',
  'serve.public.cors',
  'serve.public.trusted_proxies',
  'serve.public.request_log',
  'serve.admin.cors',
  'serve.admin.request_log',
  'serve.admin.authentication.api_keys',
  'serve.admin.authentication.jwt',
];

/** Of those, what all services and all that was issued must agree on at every moment. */
const fixed: readonly string[] = ['urls.self.issuer', 'oauth2.token_prefix'];

const within = (key: string, roots: readonly string[]) =>
  roots.some((root) => key === root || key.startsWith(`${root}.`));

/** @param key a setting as it is written, such as `ttl.access_token` */
export const isReloadable = (key: string): boolean => within(key, live) && !within(key, fixed);

const settings = () => leaves(configSchema()).map(({ path }) => ({ key: path.join('.'), path: path.map(camelKey) }));

type Tree = Readonly<Record<string, unknown>>;

const at = (tree: Tree, path: readonly string[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], tree);

function withValue(tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): Tree {
  const inner = rest.length === 0 ? value : withValue((tree[key] ?? {}) as Tree, rest, value);
  return Object.freeze({ ...tree, [key]: inner });
}

/** What a service is to do about a configuration that was read anew. */
export interface Reload {
  /** The one in use from now on: of what was read, only what may change. */
  readonly config: Config;
  /** Settings that change, by name. */
  readonly changed: readonly string[];
  /** Settings that differ and stay as they are until a restart. */
  readonly restart: readonly string[];
}

/** @param used the configuration in use @param read what files and environment say now, valid as a whole */
export function reloadOf(used: Config, read: Config): Reload {
  const changed: string[] = [];
  const restart: string[] = [];
  let config: Tree = used;
  for (const { key, path } of settings()) {
    const value = at(read, path);
    if (JSON.stringify(at(used, path)) === JSON.stringify(value)) continue;
    if (isReloadable(key)) config = withValue(config, path, value);
    (isReloadable(key) ? changed : restart).push(key);
  }
  return { config: config as Config, changed, restart };
}
