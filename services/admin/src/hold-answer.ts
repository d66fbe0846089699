// Keeps an answer back until something else has happened: what a handler writes is remembered, and sent or thrown away later
// (ARCHITECTURE §2 law 9).
import type { ServerResponse } from 'node:http';

export interface HeldAnswer {
  /** Of the answer that waits. */
  status(): number;
  /** Where it says that something was made. */
  location(): string | undefined;
  /** Sends it, if there is one; from now on the response is as it was. */
  release(): void;
  /** Forgets it: another one will be written. */
  discard(): void;
}

type WriteHead = [status: number, headers?: Record<string, string | number>];

/** For handlers that answer by one `writeHead` and one `end`, as all of `@cardea/http` does. */
export function holdAnswer(response: ServerResponse): HeldAnswer {
  let head: WriteHead | undefined;
  let body: { bytes: Buffer | undefined } | undefined;
  const holder = response as unknown as Record<string, unknown>;
  const writeHead = (...said: WriteHead) => {
    head = said;
    return response;
  };
  const end = (bytes?: Buffer) => {
    body = { bytes };
    return response;
  };
  Object.assign(holder, { writeHead, end });
  const discard = (): void => {
    // What stands on the prototype shows again.
    delete holder['writeHead'];
    delete holder['end'];
  };
  return {
    status: () => head?.[0] ?? 0,
    location() {
      const said = head?.[1]?.['Location'];
      return typeof said === 'string' ? said : undefined;
    },
    discard,
    release() {
      discard();
      if (head !== undefined) response.writeHead(...head);
      if (body !== undefined) response.end(body.bytes);
    },
  };
}
