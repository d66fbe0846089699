// Reads deploy/compose.yaml, and takes nothing in it that it does not know (compose-spec: services, networks, secrets, configs).
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from './processes.js';

/** A container, as far as this file says one. */
interface ComposeService {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: true }>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const text = { type: 'string', minLength: 1 };
const words = { type: 'array', items: { type: 'string' } };
const only = (value: unknown) => ({ const: value });
const table = (of: object) => ({ type: 'object', additionalProperties: of });

/** An object with these members and no others; those that end in `?` may be missing. */
function shape(members: Readonly<Record<string, object>>): object {
  const names = Object.keys(members);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), members[name]])),
    required: names.filter((name) => !name.endsWith('?')),
  };
}

/** What of the Compose specification this file uses; a word that is misspelt is none of it. */
const service = shape({
  image: text,
  'build?': shape({ context: only('..'), dockerfile: only('deploy/Dockerfile'), target: text }),
  'command?': words,
  'environment?': { type: 'object', propertyNames: { pattern: '^[A-Z_]+$' }, additionalProperties: text },
  'configs?': { type: 'array', items: shape({ source: text, target: text }) },
  'secrets?': words,
  'ports?': { type: 'array', items: { type: 'string', pattern: String.raw`^127\.0\.0\.1:(\d+):\1$` } },
  networks: words,
  'depends_on?': table(shape({ condition: { enum: ['service_healthy', 'service_completed_successfully'] } })),
  'healthcheck?': shape({
    test: { ...words, prefixItems: [only('CMD')] },
    interval: text,
    timeout: text,
    retries: { type: 'integer' },
    'start_period?': text,
  }),
  'profiles?': only(['demo']),
  restart: { enum: ['unless-stopped', 'on-failure'] },
  read_only: only(true),
  cap_drop: only(['ALL']),
  'cap_add?': words,
  security_opt: only(['no-new-privileges:true']),
  'user?': text,
  'volumes?': words,
  'tmpfs?': words,
});
const mounted = table(shape({ file: text }));
const schema = shape({
  name: only('cardea'),
  'x-image': { type: 'object' },
  services: table(service),
  networks: table(shape({ 'internal?': only(true) })),
  volumes: table(shape({})),
  configs: mounted,
  secrets: mounted,
});

/** A file of deploy/. */
export const deployed = (file: string) => readFileSync(path.join(root, 'deploy', file), 'utf8');

function read(): ComposeFile {
  const said: unknown = parse(deployed('compose.yaml'), { merge: true });
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  if (!ajv.validate(schema, said)) throw new Error(`deploy/compose.yaml: ${ajv.errorsText()}`);
  return said as ComposeFile;
}

export const compose = read();

/** What a container runs: the words of its image, as the Dockerfile has them, before its own. */
export function entryPointOf(target: string): readonly string[] {
  const stage = new RegExp(`^FROM base AS ${target}$[\\s\\S]*?^ENTRYPOINT (\\[.*\\])$`, 'm').exec(
    deployed('Dockerfile'),
  );
  return JSON.parse(stage?.[1] ?? '[]') as string[];
}
