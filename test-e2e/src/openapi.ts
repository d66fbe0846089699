// Holds real answers of both listeners against the OpenAPI document that the admin listener serves, strictly: a member that
// the document does not name is a difference too.
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Demo } from './demo.js';

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  /** Parsed; undefined or empty when there was none. */
  readonly body: unknown;
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export interface Tap {
  /** @throws {Error} for an answer that is not as documented */
  check(exchange: Exchange): void;
  /** `METHOD path status` of the answers that were held against the document. */
  readonly seen: ReadonlySet<string>;
}

/** Objects that name their members have no others, unless they say so. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, strict(entry)]));
  const closed = entries['type'] === 'object' && 'properties' in entries && !('additionalProperties' in entries);
  return closed ? { ...entries, additionalProperties: false } : entries;
}

export async function tapOf({ admin }: Pick<Demo, 'admin'>): Promise<Tap> {
  const document = (await (await fetch(`${admin}/admin/openapi.json`)).json()) as { paths: Paths };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(strict(document) as object, 'api');
  const templates = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations,
    matches: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  const seen = new Set<string>();

  return {
    seen,
    check({ method, url, status, contentType, body }) {
      const { pathname } = new URL(url);
      // Hydra's SDKs ask both listeners for their health at the same path.
      const path = url.startsWith(admin) && !pathname.startsWith('/admin/') ? `/admin${pathname}` : pathname;
      const found = templates.find(({ matches }) => matches.test(path));
      const operation = found?.operations[method.toLowerCase()];
      if (found === undefined || operation === undefined) throw new Error(`${method} ${path} is not documented`);
      const where = `${method} ${found.template} ${String(status)}`;
      const key = String(status) in operation.responses ? String(status) : 'default';
      if (key === 'default' && status < 400) throw new Error(`${where} is not documented`);
      const [type] = Object.keys(operation.responses[key]?.content ?? {});
      if (type === undefined) {
        if (body !== undefined && body !== '' && body !== null) throw new Error(`${where} should have no body`);
      } else if (!contentType.startsWith(type)) {
        throw new Error(`${where} is ${contentType} instead of ${type}`);
      } else if (type === 'application/json') {
        const parts = ['paths', found.template, method.toLowerCase(), 'responses', key, 'content', type, 'schema'];
        const pointer = parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
        const validate = ajv.getSchema(`api#${pointer}`);
        if (validate?.(body) !== true) throw new Error(`${where}: ${ajv.errorsText(validate?.errors)}`);
      }
      seen.add(where);
    },
  };
}

interface AxiosAnswer {
  readonly config: { readonly method?: string; readonly url?: string };
  readonly status: number;
  readonly headers: Readonly<Partial<Record<string, string>>>;
  readonly data: unknown;
}
interface AxiosInterceptors {
  use(answered: (answer: AxiosAnswer) => AxiosAnswer, failed: (error: { response?: AxiosAnswer }) => never): void;
}

/** Holds every answer that Hydra's axios SDK gets, in any of its classes, against the document. */
export async function watchAxios(api: object, demo: Pick<Demo, 'admin'>): Promise<Tap> {
  const tap = await tapOf(demo);
  const check = ({ config, status, headers, data }: AxiosAnswer): void =>
    tap.check({
      method: (config.method ?? 'get').toUpperCase(),
      url: config.url ?? '',
      status,
      contentType: headers['content-type'] ?? '',
      body: data,
    });
  const { axios } = api as { axios: { interceptors: { response: AxiosInterceptors } } };
  axios.interceptors.response.use(
    (answer) => {
      check(answer);
      return answer;
    },
    (error) => {
      if (error.response !== undefined) check(error.response);
      throw error as unknown as Error;
    },
  );
  return tap;
}
