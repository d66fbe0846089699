// Holds an object against the types of Kubernetes: unknown and mistyped fields by the attribute maps of its client, required ones
// by the validators of kubernetes-models. What a cluster with strict validation would refuse is refused here.
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

/** Whether the kind is one of Kubernetes' own, and not of somebody's custom resources. */
export const isKnown = ({ apiVersion, kind }: Manifest): boolean => isDescribed(client[className(apiVersion, kind)]);

/** `apps/v1` and `Deployment` make `V1Deployment`. */
function className(apiVersion: string, kind: string): string {
  const version = apiVersion.split('/').at(-1) ?? '';
  return `${version.slice(0, 1).toUpperCase()}${version.slice(1)}${kind}`;
}

/** What is wrong with it, a line each. */
export function problemsOf(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const problems: string[] = [];
  walk(manifest, className(apiVersion, kind), `${kind}/${metadata.name}`, problems);
  const missing = validate(manifest);
  return missing === undefined ? problems : [...problems, `${kind}/${metadata.name}: ${missing}`];
}

function validate(manifest: Manifest): string | undefined {
  const models = load(`kubernetes-models/${manifest.apiVersion}`) as Record<
    string,
    new (data: unknown) => { validate(): void }
  >;
  const Model = models[manifest.kind];
  if (Model === undefined) return 'kubernetes-models does not know it';
  try {
    new Model(manifest).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
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
