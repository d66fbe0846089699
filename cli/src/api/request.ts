// One HTTP exchange with an API, over node's own client, which can be told whom to trust.
import http from 'node:http';
import https from 'node:https';
import { exitCodes, Failure } from '../failure.js';
import type { Connection } from './endpoint.js';

/** What is sent beside method and path. */
export interface Sent {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to wait for the answer, when that is not the usual time. */
  readonly patienceMillis?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const usualPatienceMillis = 30_000;
const largestAnswer = 64 * 1024 * 1024;

/** The address of a path below the endpoint, which may have a path itself. */
export function addressOf({ url }: Connection, path: string, query: Sent['query'] = {}): URL {
  const address = new URL(url);
  address.pathname = url.pathname.replace(/\/+$/, '') + path;
  address.search = parameters(query).toString();
  return address;
}

function parameters(values: Readonly<Record<string, string | undefined>>): URLSearchParams {
  return new URLSearchParams(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** @throws {Failure} when nobody answers, in words for the person; an answer of any status is an answer */
export async function exchange(connection: Connection, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const address = addressOf(connection, path, sent.query);
  const [type, body] = bodyOf(sent);
  const patience = sent.patienceMillis ?? usualPatienceMillis;
  const headers = { accept: 'application/json', ...connection.headers, ...type, ...sent.headers };
  const socket = connection.socketPath === undefined ? {} : { socketPath: connection.socketPath };
  const options = { method, headers, ...connection.tls, ...socket, signal: AbortSignal.timeout(patience) };
  const { request } = address.protocol === 'https:' ? https : http;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const asking = request(address, options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          if (text.length > largestAnswer) response.destroy(new Error('the answer is longer than 64 MiB'));
        });
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      asking.once('error', reject);
      asking.end(body);
    });
  } catch (cause) {
    throw new Failure(whyNot(cause as NodeJS.ErrnoException, connection.name, patience), exitCodes.unavailable, {
      cause,
    });
  }
}

function bodyOf({ json, form }: Sent): [Record<string, string>, string | undefined] {
  if (json !== undefined) return [{ 'content-type': 'application/json' }, JSON.stringify(json)];
  if (form === undefined) return [{}, undefined];
  return [{ 'content-type': 'application/x-www-form-urlencoded' }, parameters(form).toString()];
}

function whyNot(error: NodeJS.ErrnoException, where: string, patience: number): string {
  const code = error.code ?? '';
  const fix = 'say where it is with --endpoint or ORY_SDK_URL';
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return `nobody answers at ${where}: start Cardea, or ${fix}`;
  if (code === 'EACCES') return `${where} lets nobody in but its owner: ask as that user`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host of ${where} is not known: ${fix}`;
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return `${where} did not answer within ${String(patience / 1000)} s: whether it did what was asked is not known`;
  }
  if (/CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code)) {
    return `the certificate of ${where} is not trusted (${code}): name its authority with --ca-file, or on a test system give --skip-tls-verify`;
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return `${where} does not speak TLS: try http:// in --endpoint`;
  if (code === 'ECONNRESET' || error.message === 'socket hang up') {
    return `${where} hung up: it may want https:// in --endpoint, or it was stopped meanwhile`;
  }
  return `${where} cannot be asked: ${error.message === '' ? code : error.message}`;
}
