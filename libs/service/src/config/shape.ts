// Walks the configuration schema: its leaves with their names, and the same tree in camelCase.
import type { z } from 'zod';
import type { FieldFacts } from './fields.js';

/** A single setting. */
export interface Leaf {
  /** Key path, such as `['urls', 'self', 'issuer']`. */
  readonly path: readonly string[];
  readonly facts: FieldFacts;
  readonly schema: z.ZodType;
}

interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly innerType?: z.ZodType;
}

const definitionOf = (schema: z.ZodType): Definition => schema.def;

/** The object inside defaults and optionals, or undefined for a leaf. */
function objectShape(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const definition = definitionOf(schema);
  if (definition.type === 'object') return definition.shape;
  return definition.innerType === undefined ? undefined : objectShape(definition.innerType);
}

/** `description` and `secret`, wherever in the wrappers they were said. */
function factsOf(schema: z.ZodType): FieldFacts {
  const own = schema.meta() as FieldFacts | undefined;
  if (own?.description !== undefined) return own;
  const inner = definitionOf(schema).innerType;
  return inner === undefined ? { description: '' } : factsOf(inner);
}

/** All settings, in the order of the schema. */
export function leaves(schema: z.ZodType, path: readonly string[] = []): Leaf[] {
  const shape = objectShape(schema);
  if (shape === undefined) return [{ path, facts: factsOf(schema), schema }];
  return Object.entries(shape).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** The environment name of a setting: Hydra's rule, no prefix. */
export const environmentName = (path: readonly string[]) => path.join('_').toUpperCase();

type CamelKey<K> = K extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelKey<Tail>>}` : K;

/** A configuration with camelCase keys, read-only all the way down. */
export type Camel<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T as CamelKey<K & string>]: Camel<T[K]> }
    : T;

/** A key as code spells it. */
export const camelKey = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** Renames every key and freezes every object. */
export function camelise<T>(value: T): Camel<T> {
  if (Array.isArray(value)) return Object.freeze(value.slice()) as Camel<T>;
  if (typeof value !== 'object' || value === null) return value as Camel<T>;
  const entries = Object.entries(value).map(([key, inner]) => [camelKey(key), camelise(inner as unknown)]);
  return Object.freeze(Object.fromEntries(entries)) as Camel<T>;
}
