// Takes an HTTP server out of service without losing a request (RFC 9112 §9.6: Connection: close).
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** Far below what a process may have open, far above what one process can serve at a time. */
const mostConnections = 10_000;

/** Limits against slow, silent and too many clients. Who connects beyond the last is hung up on, and comes to another replica. */
export function boundTimes(server: Server, most = mostConnections): void {
  server.maxConnections = most;
  server.headersTimeout = 5_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 65_000;
}

/** A connection that looks idle may have a request on its way: those in use get this long to hear that they must leave. */
const farewellMillis = 1_000;
const sweepMillis = 50;

/** Makes a function that drains the server: refuse new connections, finish what is in flight, close what stays idle. */
export function drainable(server: Server): () => Promise<void> {
  let draining = false;
  // Before the router: a keep-alive client learns with its next answer that it must connect anew.
  server.prependListener('request', (_request, response) => {
    if (draining) response.setHeader('connection', 'close');
  });
  return () => {
    draining = true;
    return new Promise((resolve) => {
      let sweep: NodeJS.Timeout | undefined;
      const farewell = setTimeout(() => {
        server.closeIdleConnections();
        sweep = setInterval(() => server.closeIdleConnections(), sweepMillis);
      }, farewellMillis);
      // Not `server.close`, which closes idle connections in the same breath (node:http since 19).
      NetServer.prototype.close.call(server, () => {
        clearTimeout(farewell);
        clearInterval(sweep);
        resolve();
      });
    });
  };
}
