// Holds an object against its kind: unknown and mistyped fields by the attribute maps of Kubernetes' client, required ones by the validators
// of kubernetes-models; kinds of others by validators made of their definitions, and the names in these. What a cluster with strict
// validation would refuse is refused here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Manifest } from './render.fixture.js';

interface Described {
  readonly name: string;
  getAttributeTypeMap(): { readonly baseName: string; readonly type: string }[];
}

// Their own types are larger than the whole of Cardea; what is needed of them fits in an interface.
const client = (await import('@kubernetes/client-node')) as unknown as Record<string, Described | undefined>;
const load = createRequire(import.meta.url);

const isDescribed = (value: unknown): value is Described =>
  typeof value === 'function' && typeof (value as Partial<Described>).getAttributeTypeMap === 'function';

/** Whose definitions there are of others' kinds, by group. */
const definitions: Readonly<Record<string, string>> = {
  'cert-manager.io': 'cert-manager',
  'gateway.networking.k8s.io': 'gateway-api',
  'keda.sh': 'keda',
  'monitoring.coreos.com': 'prometheus-operator',
};

/** `apps/v1` and `Deployment` make `V1Deployment`. */
function className(apiVersion: string, kind: string): string {
  const version = apiVersion.split('/').at(-1) ?? '';
  return `${version.slice(0, 1).toUpperCase()}${version.slice(1)}${kind}`;
}

/** What is wrong with it, a line each. */
export function problemsOf(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const problems: string[] = [];
  const path = `${kind}/${metadata.name}`;
  const type = className(apiVersion, kind);
  const theirs = definitions[apiVersion.split('/')[0] ?? ''];
  if (theirs !== undefined)
    return [...unnamed(manifest, theirs), ...validate(manifest, `@kubernetes-models/${theirs}`)];
  if (!isDescribed(client[type])) return [`${path}: nobody knows ${apiVersion}`];
  walk(manifest, type, path, problems);
  return [...problems, ...validate(manifest, 'kubernetes-models')];
}

/** GRPCRoute came into v1 as it was (Gateway API 1.1); the definitions are a little older. */
const definedAs = ({ apiVersion, kind }: Manifest): string =>
  kind === 'GRPCRoute' ? apiVersion.replace(/\/v1$/, '/v1alpha2') : apiVersion;

function validate(manifest: Manifest, models: string): string[] {
  const apiVersion = definedAs(manifest);
  const { [manifest.kind]: Model } = load(`${models}/${apiVersion}`) as Record<
    string,
    (new (data: unknown) => { validate(): void }) | undefined
  >;
  const path = `${manifest.kind}/${manifest.metadata.name}`;
  if (Model === undefined) return [`${path}: ${models} does not know it`];
  try {
    new Model({ ...manifest, apiVersion }).validate();
    return [];
  } catch (error) {
    return [`${path}: ${(error as Error).message}`];
  }
}

/** Below these, names are somebody's own. */
const open = new Set(['annotations', 'labels', 'matchLabels', 'metadata']);

/** Names of fields that the kind has nowhere. */
function unnamed(manifest: Manifest, models: string): string[] {
  const { kind, metadata, spec } = manifest;
  const types = load.resolve(`@kubernetes-models/${models}/${definedAs(manifest)}/${kind}`).replace(/\.js$/, '.d.ts');
  const names = new Set([...readFileSync(types, 'utf8').matchAll(/^\s*"(\w+)"\??:/gm)].map(([, name]) => name));
  const below = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    if (Array.isArray(value)) return value.flatMap((entry, index) => below(entry, `${path}[${String(index)}]`));
    return Object.entries(value).flatMap(([name, inner]) => [
      ...(names.has(name) ? [] : [`${path}.${name} does not exist`]),
      ...(open.has(name) ? [] : below(inner, `${path}.${name}`)),
    ]);
  };
  return below(spec, `${kind}/${metadata.name}.spec`);
}

const primitives = new Set(['string', 'number', 'boolean']);

function walk(value: unknown, type: string, path: string, problems: string[]): void {
  if (value === undefined) return;
  if (value === null) return void problems.push(`${path} says nothing`);
  const list = /^(?:Set|Array)<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return walkList(value, list, path, problems);
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map !== undefined) return walkEntries(value, () => map, path, problems);
  if (primitives.has(type)) {
    if (typeof value !== type) problems.push(`${path} is ${JSON.stringify(value)} and should be a ${type}`);
    return;
  }
  const described = client[type];
  if (!isDescribed(described)) return;
  const attributes = new Map(described.getAttributeTypeMap().map((each) => [each.baseName, each.type]));
  walkEntries(value, (name) => attributes.get(name), path, problems);
}

function walkList(value: unknown, type: string, path: string, problems: string[]): void {
  if (!Array.isArray(value)) return void problems.push(`${path} should be a list`);
  value.forEach((entry, index) => walk(entry, type, `${path}[${String(index)}]`, problems));
}

function walkEntries(
  value: unknown,
  typeOf: (name: string) => string | undefined,
  path: string,
  problems: string[],
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return void problems.push(`${path} should have names in it`);
  }
  for (const [name, inner] of Object.entries(value)) {
    const type = typeOf(name);
    if (type === undefined) problems.push(`${path}.${name} does not exist`);
    else walk(inner, type, `${path}.${name}`, problems);
  }
}
