// HTTP to the two servers the controller knows, over node's own client: fetch can neither be told whom to trust nor read a credential
// anew. Redirects are not followed, for a credential goes along.
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';

/** A server, whom to trust there, and what proves who we are; the files are read anew each time, for both expire. */
export interface Endpoint {
  readonly url: string;
  readonly caFile?: string | undefined;
  readonly tokenFile?: string | undefined;
}

export interface Sent {
  readonly json?: unknown;
  /** By default application/json. */
  readonly contentType?: string;
}

export interface Answer {
  readonly status: number;
  /** Undefined for a body that is empty or no JSON. */
  readonly json: unknown;
}

const patienceMillis = 30_000;
const largestAnswer = 64 * 1024 * 1024;

/** @throws when nobody answers in time; an answer of any status is an answer */
export async function exchange(endpoint: Endpoint, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const response = await ask(endpoint, method, path, sent, AbortSignal.timeout(patienceMillis));
  let text = '';
  for await (const piece of response.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > largestAnswer) throw new Error(`${endpoint.url} answers with more than 64 MiB`);
  }
  return { status: response.statusCode ?? 0, json: jsonOf(text) };
}

/** The answer as it comes in; the caller reads it to its end, or aborts. */
export function ask(
  endpoint: Endpoint,
  method: string,
  path: string,
  { json, contentType = 'application/json' }: Sent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url, caFile, tokenFile } = endpoint;
  const address = new URL(url.replace(/\/+$/, '') + path);
  const secure = address.protocol === 'https:';
  const body = json === undefined ? undefined : JSON.stringify(json);
  const options = {
    method,
    signal,
    headers: {
      accept: 'application/json',
      ...(tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }),
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    },
    ...(secure && caFile !== undefined ? { ca: readFileSync(caFile) } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(address, options, resolve);
    request.once('error', (cause) =>
      reject(new Error(`${method} ${address.origin}${address.pathname}: ${why(cause)}`)),
    );
    request.end(body);
  });
}

const why = (error: NodeJS.ErrnoException): string =>
  error.name === 'TimeoutError' || error.name === 'AbortError'
    ? 'no answer in time'
    : error.message === ''
      ? (error.code ?? error.name)
      : error.message;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
