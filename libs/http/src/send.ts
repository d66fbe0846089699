// Writes an answer in one piece: status, headers, one Buffer. Nothing of express's own answering is used on hot routes.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { contextOf } from './context.js';
import { caching } from './manner.js';

/** The content type of OAuth endpoints. */
export const oauthJson = 'application/json;charset=UTF-8';
/** The content type of everything else. */
export const plainJson = 'application/json; charset=utf-8';

/** Answers with bytes. HEAD gets the same headers and no body. */
export function sendBytes(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: Buffer): void {
  contextOf(response.req).sent = body.length;
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.end(body);
}

/** Answers with a status and headers alone. */
export function sendEmpty(response: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  // A 204 has no length at all (RFC 9110 §8.6).
  response.writeHead(status, status === 204 || status === 304 ? headers : { ...headers, 'Content-Length': 0 });
  response.end();
}

/** Answers with JSON as administrators get it, with a newline at its end, as Hydra writes it. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  sendBytes(response, status, { 'Content-Type': plainJson, ...caching(response.req), ...headers }, body);
}
