// The little language our OpenAPI document is written in: JSON Schema 2020-12 as OpenAPI 3.1 takes it, in few words.

/** A JSON Schema. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

export type Properties = Readonly<Record<string, Schema>>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const whole: Schema = { type: 'integer' };
/** RFC 3339, UTC. */
export const instant: Schema = { type: 'string', format: 'date-time' };
/** JSON of any kind. */
export const anything: Schema = {};
/** An object about whose members nothing is promised. */
export const freeObject: Schema = { type: 'object', additionalProperties: true };
export const texts: Schema = { type: 'array', items: text };

export const list = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
/** One of the schemas of the document, by name. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const nullable = (schema: Schema): Schema =>
  '$ref' in schema ? { oneOf: [schema, { type: 'null' }] } : { ...schema, type: [schema['type'], 'null'] };
export const described = (schema: Schema, description: string): Schema => ({ ...schema, description });

/** An object with all of `required`, and perhaps some of `optional`. */
export const object = (required: Properties, optional: Properties = {}): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  ...(Object.keys(required).length === 0 ? {} : { required: Object.keys(required) }),
});
