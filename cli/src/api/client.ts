// An API as commands see it: JSON in, JSON out, and refusals that say what to do.
import type http from 'node:http';
import { exitCodes, Failure } from '../failure.js';
import type { ApiName, ConnectionOptions } from './endpoint.js';
import { connectionTo } from './endpoint.js';
import type { Answer, Sent } from './request.js';
import { addressOf, exchange } from './request.js';

export type Json = Readonly<Record<string, unknown>>;

export interface Call extends Sent {
  /** What a 404 says is not there, such as `client "shop"`. */
  readonly what?: string;
}

export interface Api {
  /** Without a slash at its end; `unix:/path` for a socket. */
  readonly url: string;
  address(path: string): string;
  /** @returns the parsed body, undefined for an empty one @throws {Failure} for every answer that is no success */
  call(method: string, path: string, sent?: Call): Promise<unknown>;
  /** Like `call`, with the headers. */
  answer(method: string, path: string, sent?: Call): Promise<{ json: unknown; headers: http.IncomingHttpHeaders }>;
  /** Whatever the status is. */
  raw(method: string, path: string, sent?: Sent): Promise<Answer>;
}

export function openApi(
  api: ApiName,
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
): Api {
  const connection = connectionTo(api, options, env);
  const url = connection.name;
  const answer: Api['answer'] = async (method, path, sent = {}) => {
    const got = await exchange(connection, method, path, sent);
    if (got.status < 200 || got.status > 299) throw refusal(api, url, `${method} ${path}`, got, sent.what);
    return { json: jsonOf(got, url), headers: got.headers };
  };
  return {
    url,
    address: (path) => addressOf(connection, path).href,
    answer,
    call: async (method, path, sent) => (await answer(method, path, sent)).json,
    raw: (method, path, sent) => exchange(connection, method, path, sent),
  };
}

function jsonOf({ text }: Answer, url: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure(`${url} does not answer JSON: is this an API of Cardea? Say where it is with --endpoint`, 1, {
      cause,
    });
  }
}

const others = { admin: 'public API (port 4444)', public: 'admin API (port 4445)' } as const;

function refusal(api: ApiName, url: string, order: string, answer: Answer, what: string | undefined): Failure {
  const { status } = answer;
  if (status === 401 && api === 'admin') {
    return new Failure(
      `the admin API at ${url} wants another credential: put a key into CARDEA_ADMIN_KEY or name its file with --admin-key-file (\`cardea admin-key create\` makes one)`,
      exitCodes.unauthorized,
    );
  }
  if (status === 403 && api === 'admin') {
    return new Failure(`this admin credential may not do that: ${saidBy(answer)}`, exitCodes.unauthorized);
  }
  const error = errorOf(answer);
  if (status === 404 && what !== undefined && error !== undefined) {
    return new Failure(`there is no ${what} at ${url}`, exitCodes.notFound);
  }
  if (status === 404 || error === undefined) {
    const code = status === 404 ? exitCodes.notFound : status >= 500 ? exitCodes.unavailable : exitCodes.refused;
    return new Failure(
      `${order} answered ${String(status)}: is ${url} perhaps the ${others[api]}? See --endpoint`,
      code,
    );
  }
  const code = status === 401 ? exitCodes.unauthorized : status >= 500 ? exitCodes.unavailable : exitCodes.refused;
  return new Failure(saidBy(answer), code);
}

/** What the server said, on one line, with the id that finds its log line. */
export function saidBy(answer: Answer): string {
  const error = errorOf(answer);
  if (error === undefined) return `the server answered ${String(answer.status)}`;
  const { error_description: description, error_id: id } = error;
  const words = [String(error['error']), typeof description === 'string' ? description : ''].filter((w) => w !== '');
  const line = words.join(': ').replace(/\s+/g, ' ');
  return typeof id === 'string' ? `${line} (error id ${id})` : line;
}

function errorOf({ text }: Answer): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && 'error' in json ? json : undefined;
  } catch {
    return undefined;
  }
}
