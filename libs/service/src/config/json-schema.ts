// The configuration as a JSON Schema (2020-12 in words that draft 7 has too): for editors, and for the chart's values.
import { z } from 'zod';
import { configSchema } from './schema.js';
import { leaves } from './shape.js';

/** A JSON Schema of an object that takes nothing but its properties. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly description?: string;
  readonly additionalProperties: false;
  readonly properties: Record<string, object>;
}

type Properties = Record<string, object>;

/**
 * @param options.secrets false leaves out the settings that hold a secret and keeps the `…_file` that names where one is
 * @param options.without key paths (`serve.keys`) that somebody else fills in
 */
export function configJsonSchema(options: { secrets: boolean; without?: readonly string[] }): ObjectSchema {
  const { secrets, without = [] } = options;
  const root: ObjectSchema = { type: 'object', additionalProperties: false, properties: {} };
  for (const { path, facts, schema } of leaves(configSchema())) {
    const key = path.join('.');
    if (without.some((left) => key === left || key.startsWith(`${left}.`))) continue;
    const holder = path.slice(0, -1).reduce<Properties>(descend, root.properties);
    const last = path.at(-1) ?? '';
    const { description } = facts;
    if (facts.secret !== true || secrets) holder[last] = { description, ...valueSchema(schema) };
    if (facts.secret === true) {
      holder[`${last}_file`] = { description: `File that holds it: ${description}`, type: 'string', minLength: 1 };
    }
  }
  return root;
}

function descend(properties: Properties, name: string): Properties {
  properties[name] ??= { type: 'object', additionalProperties: false, properties: {} } satisfies ObjectSchema;
  return (properties[name] as ObjectSchema).properties;
}

/** What YAML may say. What is more than a word can also be said as an environment variable says it: as one text. */
function valueSchema(schema: z.ZodType): object {
  const { read, text } = accepted(schema);
  const {
    $schema: _,
    description: __,
    secret: ___,
    ...value
  } = z.toJSONSchema(read, {
    io: 'input',
    unrepresentable: 'any',
  }) as Record<string, unknown>;
  return text && ['array', 'object'].includes(String(value['type'])) ? { anyOf: [value, { type: 'string' }] } : value;
}

/** The schema inside defaults, and behind what reads texts. */
function accepted(schema: z.ZodType): { read: z.ZodType; text: boolean } {
  const {
    type,
    innerType,
    in: before,
    out,
  } = schema.def as unknown as {
    type: string;
    innerType?: z.ZodType;
    in?: z.ZodType;
    out?: z.ZodType;
  };
  if (innerType !== undefined && type !== 'nullable') return accepted(innerType);
  if (type === 'pipe' && before?.def.type === 'transform' && out !== undefined) {
    return { read: accepted(out).read, text: true };
  }
  return { read: schema, text: false };
}
