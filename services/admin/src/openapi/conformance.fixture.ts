// Holds answers against the OpenAPI document, strictly: a member that the document does not name is a difference too.
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

type Paths = Readonly<
  Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
>;

/** Objects that name their members have no others, unless they say so. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, strict(entry)]));
  const closed = entries['type'] === 'object' && 'properties' in entries && !('additionalProperties' in entries);
  return closed ? { ...entries, additionalProperties: false } : entries;
}

const pointer = (...parts: readonly string[]) =>
  parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** @returns what is wrong with an exchange; undefined when it is as documented, or not documented at all */
export function createConformance(
  document: Readonly<Record<string, unknown>>,
): (exchange: Exchange) => string | undefined {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(strict(document) as object, 'api');
  const paths = document['paths'] as Paths;
  const templates = Object.keys(paths).map((template) => ({
    template,
    matches: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }));

  return ({ method, path, status, contentType, text }) => {
    const found = templates.find(({ matches }) => matches.test(path))?.template;
    const operation = found === undefined ? undefined : paths[found]?.[method.toLowerCase()];
    if (found === undefined || operation === undefined) return undefined;
    const where = `${method} ${found} ${String(status)}`;
    const own = String(status) in operation.responses;
    if (!own && status < 400) return `${where}: no such answer is documented`;
    const key = own ? String(status) : 'default';
    const { content } = operation.responses[key] as { content?: Readonly<Record<string, unknown>> };
    if (content === undefined) return text === '' ? undefined : `${where}: there should be no body`;
    const [type = ''] = Object.keys(content);
    if (!contentType.startsWith(type)) return `${where}: ${contentType} instead of ${type}`;
    if (type !== 'application/json') return undefined;
    const validate = ajv.getSchema(
      `api#${pointer('paths', found, method.toLowerCase(), 'responses', key, 'content', type, 'schema')}`,
    );
    if (validate === undefined) return `${where}: the document has no schema there`;
    return validate(JSON.parse(text)) === true ? undefined : `${where}: ${ajv.errorsText(validate.errors)}`;
  };
}
