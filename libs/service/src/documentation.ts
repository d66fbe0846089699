// Writes docs/configuration.md from the schema and docs/errors.md from the error table.
import { errorAdvice, errorTable } from '@cardea/oauth';
import { foreignSettings } from './config/foreign.js';
import { isReloadable } from './config/reloadable.js';
import { configSchema } from './config/schema.js';
import { environmentName, leaves } from './config/shape.js';

/** What a setting can be after parsing. */
type Value = string | number | boolean | readonly string[] | undefined;

function at(tree: unknown, path: readonly string[]): Value {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree) as Value;
}

/** A default as a person would type it. */
function printed(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'object') return value.length === 0 ? '' : `\`${value.join(', ')}\``;
  return `\`${String(value)}\``;
}

const durations = (key: string) => /^(ttl\.|.*(_period|_grace)$)/.test(key);

function humanDuration(millis: number): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const) {
    if (millis >= size && millis % size === 0) return `${String(millis / size)}${unit}`;
  }
  return millis === 0 ? '0s' : `${String(millis)}ms`;
}

let parsed: object | undefined;
/** Read when a page is written: services load this file and write none. */
const defaults = () => (parsed ??= configSchema().parse({}));

/** A default as YAML has it; empty where there is none. */
export function defaultOf(path: readonly string[]): string {
  const value = at(defaults(), path);
  if (value === undefined) return '';
  if (typeof value === 'number' && durations(path.join('.'))) return humanDuration(value);
  return typeof value === 'object'
    ? JSON.stringify(value).replaceAll('"', "'").replaceAll("','", "', '")
    : String(value) || "''";
}

/** docs/configuration.md */
export function configurationPage(): string {
  const rows = leaves(configSchema()).map(({ path, facts }) => {
    const key = path.join('.');
    const value = at(defaults(), path);
    const text = durations(key) && typeof value === 'number' ? printed(humanDuration(value)) : printed(value);
    const secret = facts.secret === true ? ` Secret: may be given as \`${key}_file\`.` : '';
    return `| \`${key}\` | \`${environmentName(path)}\` | ${text} | ${isReloadable(key) ? 'yes' : ''} | ${facts.description}${secret} |`;
  });
  return [
    '# Configuration',
    '',
    'Generated from `libs/service/src/config/schema.ts` by `npm run gen`. Files are YAML (`--config FILE`, later ones win), the',
    'environment wins over files, and an unknown key refuses to start. Durations are written `30s`, `10m`, `1h30m`.',
    '',
    'Settings that say yes under *Live* are taken up while services run, within two seconds of a change of a file (also of one with a',
    'secret, or behind a swapped symbolic link) or at once on SIGHUP. The files are read and checked as a whole: what is wrong with them is',
    'logged with its place, and what was in use stays. No request is lost, and each sees one configuration from its beginning to its end. A',
    'change of another setting is logged by name with `restart needed`. The environment of a process does not change, so what stands',
    'there needs a restart too.',
    '',
    'A new first secret of `secrets.system` is accepted at once and used after `secrets.acceptance_period`, when every service knows it. Where',
    'services restart instead of reading it anew, put it second first, restart all, then put it in front.',
    '',
    '| Setting | Environment | Default | Live | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    "## Hydra's other settings",
    '',
    'What Hydra has and Cardea does not. Ignored ones are named once at start; the others refuse to start, unless they say',
    'what happens here anyway.',
    '',
    '| Setting | | Why |',
    '| --- | --- | --- |',
    ...foreignSettings.map(
      ({ key, why, harmless, tolerated }) =>
        `| \`${key}\` | ${harmless === undefined || tolerated === true ? 'ignored' : 'refused'} | ${why} |`,
    ),
    '',
  ].join('\n');
}

/** docs/errors.md */
export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, row]) =>
      `| \`${code}\` | ${String(row.status)} | \`${row.grpc}\` | ${row.redirectable ? 'yes' : 'no'} | ${row.description} |`,
  );
  return [
    '# Errors',
    '',
    'Generated from `libs/oauth/src/errors.ts` by `npm run gen`. Every answer with an error carries `error`, `error_description`',
    'and `error_id`; the log line with the same id says what happened underneath. In `profile: hydra-compat` the id stands in the',
    'header `Cardea-Error-Id`.',
    '',
    'An error that a redirect brings to a client carries the same id in `error_uri` (RFC 6749 §4.1.2.1): a page with the error, its id and',
    'what a developer does about it, and `cardea explain` takes the address of the callback whole. `profile: hydra-compat` leaves it out of',
    'the address, as Hydra does; the header of the redirect has the id there.',
    '',
    '| Code | HTTP | gRPC | May reach a redirect URI | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## What to do',
    '',
    '`cardea explain` says this too, of a code, a redirect, a log line or a token.',
    '',
    ...Object.entries(errorAdvice).flatMap(([code, { usually, decides, fix }]) => [
      `- \`${code}\`: ${usually} Decided by: ${decides}. ${fix}`,
    ]),
    '',
  ].join('\n');
}
