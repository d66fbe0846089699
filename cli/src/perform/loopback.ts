// The listener of the relying party: 127.0.0.1 only, and gone when the flow is over (RFC 8252 §7.3).
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { Failure } from '../failure.js';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface Loopback {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0: any that is free @throws {Failure} when the port is taken */
export async function listenOnLoopback(port: number, secure: boolean, handle: Handle): Promise<Loopback> {
  const server: Server = secure ? await createSecureServer(handle) : http.createServer(handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${cause.code ?? cause.message})`;
      reject(new Failure(`port ${String(port)} ${why}: give another with --port`, undefined, { cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${String(actual)}/`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      // The page that is just being written goes out; whoever keeps a connection open has no more to say.
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 500).unref();
      await closed;
    },
  };
}

/** With a certificate that nobody trusts. Its maker comes with the listeners of the services: loaded when it is wanted. */
async function createSecureServer(handle: Handle): Promise<Server> {
  const { selfSigned } = await import('@cardea/http');
  return https.createServer(selfSigned(Date.now()), handle);
}

/** The body of a form post. @throws when it is longer than any authorization response */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > 65_536) throw new Failure('the form is too long');
  }
  return new URLSearchParams(text);
}
