// One HTTP exchange: no redirects, no proxy, no decompression, a cap on time and size (security catalogue G06, G09, G12).
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { OutboundError } from './outbound-error.js';
import type { Target } from './target.js';

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type OutboundMethod = 'GET' | 'POST' | 'DELETE';

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** Header bytes an answer may have. */
const mostHeaderBytes = 16_384;

/** @throws {OutboundError} */
export function exchange(
  target: Target,
  request: { method: OutboundMethod; headers: OutgoingHttpHeaders; body: Buffer | undefined; maxBytes: number },
  agents: Agents,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { url, lookup } = target;
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(error instanceof OutboundError ? error : new OutboundError(signal.aborted ? 'timeout' : 'unreachable'));
    };
    const sent = (secure ? https : http).request(
      url,
      {
        method: request.method,
        headers: { ...request.headers, ...(request.body && { 'Content-Length': request.body.length }) },
        agent: secure ? agents.https : agents.http,
        lookup,
        maxHeaderSize: mostHeaderBytes,
        signal,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > request.maxBytes) answer.destroy(new OutboundError('too_large', answer.statusCode));
        });
        answer.on('error', fail);
        answer.on('close', () => fail(new OutboundError('unreachable')));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    sent.on('error', fail);
    sent.end(request.body);
  });
}
