// Hydra's own settings: by their names they are Cardea's, but for those that the chart fills in, that hold a secret, or that mean nothing.
import { chartFills, configJsonSchema, foreignSettings, nearest } from '@cardea/service';
import { isObject } from '../documents.js';
import type { Writer } from './result.js';
import type { Tree } from './tree.js';
import { leavesOf } from './tree.js';

const within = (key: string, roots: readonly string[]) =>
  roots.some((root) => key === root || key.startsWith(`${root}.`));

/** What somebody has to know of settings that are given in another way, the first that fits. */
const elsewhere: readonly (readonly [root: string, kind: 'todo' | 'needless', text: string])[] = [
  [
    'dsn',
    'todo',
    'is Hydra’s database, which Cardea does not read: give it one of its own, as the key dsn of the Secret cardea-postgresql',
  ],
  ['secrets.system', 'needless', 'Cardea’s own is made at the first installation and kept (secrets.system)'],
  [
    'oidc.subject_identifiers.pairwise.salt',
    'todo',
    'must stay the same, or every pairwise subject changes: put it into a Secret and name that in secrets.pairwiseSalt',
  ],
  ['hsm', 'todo', 'are values of the chart: hsm.library, hsm.tokenLabel, hsm.pin.existingSecret and their like'],
  ['serve.tls', 'needless', 'TLS ends at the edge, and between the services it is mutual (mtls)'],
  ['serve.admin.tls', 'todo', 'is adminTls.enabled, with the certificate of mtls'],
  ['serve.public.tls', 'todo', 'ends at the edge: ingress.tls, or the Gateway’s'],
];

export function translateConfig(value: unknown, writer: Writer): void {
  if (!isObject(value)) return writer.todo('should be settings, one name and value a line');
  for (const leaf of leavesOf(value)) translateSetting(leaf.key, leaf.value, writer);
}

/** @param from the key of Hydra's chart; by default where `hydra.config` has the setting */
export function translateSetting(key: string, value: unknown, writer: Writer, from = `hydra.config.${key}`): void {
  const given = elsewhere.find(([root]) => within(key, [root]));
  const foreign = foreignSettings.find((setting) => within(key, [setting.key]));
  if (given !== undefined) writer[given[1]](given[2], from);
  else if (foreign !== undefined) writer.needless(foreign.why, from);
  else if (within(key, chartFills)) writer.needless('the chart says it', from);
  else if (isSetting(key, false)) writer.set(`config.${key}`, value);
  else if (isSetting(key, true))
    writer.todo(
      `is a secret: mount it as a file where it is needed (token.extraVolumes) and name that in token.config.${key}_file`,
      from,
    );
  else writer.todo(unknown(key), from);
}

const plain: Tree = { ...configJsonSchema({ secrets: false }) };
const withSecrets: Tree = { ...configJsonSchema({ secrets: true }) };

function isSetting(key: string, secrets: boolean): boolean {
  let node: unknown = secrets ? withSecrets : plain;
  for (const name of key.split('.')) {
    const properties = isObject(node) ? node['properties'] : undefined;
    // Below a setting that is an object of its own, such as a hook, its schema decides at the installation.
    if (!isObject(properties)) return true;
    if (!Object.hasOwn(properties, name)) return false;
    node = properties[name];
  }
  return true;
}

function unknown(key: string): string {
  const near = nearest(key, keysOf(plain));
  return near === undefined
    ? 'is no setting of Cardea: docs/configuration.md has them all'
    : `is no setting of Cardea: is ${near} meant?`;
}

function keysOf(node: unknown, before: readonly string[] = []): string[] {
  const properties = isObject(node) ? node['properties'] : undefined;
  if (!isObject(properties)) return [before.join('.')];
  return Object.entries(properties).flatMap(([name, inner]) => keysOf(inner, [...before, name]));
}
