// HTTP/1.1 as far as a load generator needs it (RFC 9112): writes requests, reads whole answers. It does by hand what
// node:http does, at a fifth of its cost, so that the generator leaves the CPU to what is measured.

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** The header section as it came. */
  readonly head: string;
  readonly body: Buffer;
}

/** A request as bytes, with a body of the given content type or none. */
export function encodeRequest(
  method: string,
  target: string,
  host: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Buffer {
  const length = method === 'GET' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ Host: host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** A header of an answer, all its lines. */
export function headersOf(answer: HttpAnswer, name: string): string[] {
  return [...answer.head.matchAll(new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'gim'))].map(([, value = '']) => value);
}

/**
 * Takes the first answer out of what was received.
 *
 * @returns undefined as long as it is not complete
 * @throws when it is no HTTP
 */
export function takeAnswer(received: Buffer): { answer: HttpAnswer; rest: Buffer } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd + 2);
  const status = Number(head.slice(9, 12));
  if (!head.startsWith('HTTP/1.1 ') || !Number.isInteger(status)) throw new Error(`no HTTP: ${head.slice(0, 60)}`);
  const start = headEnd + 4;
  const length = /^content-length:[ \t]*(\d+)/im.exec(head)?.[1];
  if (length !== undefined || status === 204 || status === 304) {
    const end = start + (status === 304 ? 0 : Number(length ?? 0));
    if (received.length < end) return undefined;
    return { answer: { status, head, body: received.subarray(start, end) }, rest: received.subarray(end) };
  }
  if (!/^transfer-encoding:[ \t]*chunked/im.test(head)) throw new Error('an answer that does not say where it ends');
  const chunked = takeChunks(received, start);
  return chunked && { answer: { status, head, body: chunked.body }, rest: received.subarray(chunked.end) };
}

/** Chunks up to the empty one; trailers are not expected. */
function takeChunks(received: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    const end = lineEnd + 2 + size;
    if (received.length < end + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), end: end + 2 };
    chunks.push(received.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
