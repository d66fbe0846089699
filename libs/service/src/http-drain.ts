// Takes an HTTP server out of service without losing a request (RFC 9112 §9.6: Connection: close).
import type { Server } from 'node:http';

/** Limits against slow and silent clients. */
export function boundTimes(server: Server): void {
  server.headersTimeout = 5_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 65_000;
}

/** Makes a function that drains the server: refuse new connections, finish what is in flight, close what is idle. */
export function drainable(server: Server): () => Promise<void> {
  let draining = false;
  // Before the router: a keep-alive client learns with its next answer that it must connect anew.
  server.prependListener('request', (_request, response) => {
    if (draining) response.setHeader('connection', 'close');
  });
  return () => {
    draining = true;
    return new Promise((resolve) => {
      server.close(() => {
        clearInterval(sweep);
        resolve();
      });
      server.closeIdleConnections();
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
    });
  };
}
