// Reads request bodies by hand, with a limit, so that nobody fills the memory of a process (security catalogue §3.H).
import { OAuthError } from '@cardea/oauth';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** Bytes of a form. */
export const formLimit = 64 * 1024;
/** Bytes of a JSON document of the admin API. */
export const jsonLimit = 1024 * 1024;

const tooLarge = (limit: number) =>
  new OAuthError('request_too_large', `The request body has more than ${String(limit)} bytes.`);

/**
 * Reads a body to its end. What comes after the limit is read and thrown away, so that the caller sees the answer;
 * the server's request timeout bounds how long that may go on.
 *
 * @throws {OAuthError} request_too_large; invalid_request when the body is encoded or breaks off
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      request.resume();
      reject(new OAuthError('invalid_request', 'The request body must not be compressed.'));
      return;
    }
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      request.resume();
      reject(tooLarge(limit));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        reject(tooLarge(limit));
      }
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.on('error', () => reject(new OAuthError('invalid_request', 'The request broke off.')));
  });
}

/**
 * Reads a JSON document. The content type is not asked for: Hydra's callers often send none.
 *
 * @throws {OAuthError} invalid_request, request_too_large
 */
export async function readJson(request: IncomingMessage, limit = jsonLimit): Promise<unknown> {
  const body = await readBody(request, limit);
  if (!isUtf8(body)) throw new OAuthError('invalid_request', 'Unable to decode the request body: it is not UTF-8.');
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new OAuthError('invalid_request', 'Unable to decode the request body: it is not JSON.');
  }
}
