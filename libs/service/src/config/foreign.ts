// Hydra's settings that Cardea does not have: those without consequence are passed over with a word, the others refuse to start.
import { ConfigError } from './config-error.js';
import { environmentName } from './shape.js';

/** A tree of settings, as it was read. */
export type Tree = Record<string, unknown>;

interface ForeignSetting {
  /** The setting, or the root of several. */
  readonly key: string;
  /** Continues "is ignored:" or "is not supported:". */
  readonly why: string;
  /** Values that ask for nothing else than what Cardea does anyway; any other value refuses. Absent: any value will do. */
  readonly harmless?: readonly unknown[];
  /** Whether any other value is passed over with a word too, because what it asks for can be done without. */
  readonly tolerated?: true;
}

const sealed = 'secrets.system seals cookies and page tokens too';
const ownLog = 'logs are JSON lines with secrets struck out';
const onlyOtlp = 'traces go out as OTLP, which it takes too; give its address as tracing.otlp_endpoint';
const nothing = 'it means nothing to Cardea';

/** In the order they are looked at: what refuses before the root that holds it. */
export const foreignSettings: readonly ForeignSetting[] = [
  { key: 'urls.identity_provider.publicUrl', why: 'browsers are not sent there' },
  {
    key: 'oauth2.expose_internal_errors',
    why: 'answers carry an error_id; its log line says the rest',
    harmless: [false, 'false'],
    tolerated: true,
  },
  { key: 'oauth2.session', why: 'sessions are always sealed' },
  { key: 'secrets.cookie', why: sealed },
  { key: 'secrets.pagination', why: sealed },
  { key: 'log.leak_sensitive_values', why: ownLog, harmless: [false, 'false'] },
  { key: 'log.redaction_text', why: ownLog },
  { key: 'log.format', why: ownLog },
  ...['jaeger', 'zipkin'].map((name) => ({ key: `tracing.providers.${name}`, why: onlyOtlp })),
  ...['version', 'sqa', 'profiling', 'cgroups', 'feature_flags', 'db'].map((key) => ({ key, why: nothing })),
];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Takes a setting out of a tree, and the sections that it leaves empty. Undefined when it was not there. */
function take(tree: Tree, [key = '', ...rest]: readonly string[]): unknown {
  const present = tree[key];
  const taken = rest.length === 0 ? present : isTree(present) ? take(present, rest) : undefined;
  const emptied = rest.length > 0 && isTree(present) && Object.keys(present).length === 0;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh tree of our own
  if (taken !== undefined && (rest.length === 0 || emptied)) delete tree[key];
  return taken;
}

function judge(
  { key, why, harmless, tolerated }: ForeignSetting,
  value: unknown,
  place: string,
  warn: (text: string) => void,
): void {
  const fine = harmless === undefined || harmless.some((known) => JSON.stringify(known) === JSON.stringify(value));
  if (!fine && tolerated === undefined)
    throw new ConfigError(`${place}${key} is a setting of Hydra that is not supported: ${why}`);
  // A default that somebody wrote down changes nothing, so it is not worth a line.
  if (harmless === undefined || !fine) warn(`${place}${key} is a setting of Hydra and ignored: ${why}`);
}

/**
 * Removes Hydra's own settings from what one file said.
 *
 * @param locate where a setting stands, for messages
 * @throws {ConfigError} for one that would change what happens
 */
export function dropForeign(
  tree: Tree,
  locate: (path: readonly string[]) => string,
  warn: (text: string) => void,
): void {
  for (const setting of foreignSettings) {
    const path = setting.key.split('.');
    const value = take(tree, path);
    if (value !== undefined) judge(setting, value, locate(path), warn);
  }
}

/** The same for the environment, where only what refuses is worth a look: other names there may be anybody's. */
export function refuseForeign(env: Readonly<Record<string, string | undefined>>): void {
  for (const setting of foreignSettings.filter(({ harmless }) => harmless !== undefined)) {
    const name = environmentName(setting.key.split('.'));
    const value = env[name];
    if (value !== undefined && value !== '') judge(setting, value, `environment ${name}: `, () => undefined);
  }
}
