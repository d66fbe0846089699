// Takes an HTTP server out of service without losing a request (RFC 9112 §9.6: Connection: close).
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as NetServer } from 'node:net';

/** Far below what a process may have open, far above what one process can serve at a time. */
const mostConnections = 10_000;

/** How long clients are told to keep a connection that they do not use (`Keep-Alive: timeout=5`): those that listen close it before. */
const toldMillis = 5_000;
/** How long it is kept all the same: a load balancer, which does not listen, lets it go after a minute. */
const keptMillis = 65_000;

/** Limits against slow, silent and too many clients. Who connects beyond the last is hung up on, and comes to another replica. */
export function boundTimes(server: Server, most = mostConnections): void {
  server.maxConnections = most;
  server.headersTimeout = 5_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = toldMillis;
  // Node would close a connection when the time is over that it tells; the next request sets it anew.
  server.on('timeout', (socket: Socket) => {
    if (socket.timeout === keptMillis - toldMillis) socket.destroy();
    else socket.setTimeout(keptMillis - toldMillis);
  });
}

/** Whoever uses a connection hears meanwhile that they must leave it; whoever keeps to what they are told has left it by themselves. */
const farewell = { shortestMillis: 1_000, longestMillis: toldMillis };
const sweepMillis = 50;

/** All that lay in the sockets has been read: of a turn that began behind the wait for it, nothing is sure. */
async function heard(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}

/** Bounds the wait for a door at which there is always somebody. */
const mostTurns = 1_000;

/**
 * Makes a function that drains the server: refuse new connections, finish what is in flight, close what stays idle.
 *
 * @param graceMillis connections in use have as long to hear that they must leave, within bounds: whoever can wait for load balancers
 *   can wait for clients
 */
export function drainable(server: Server, graceMillis = 0): () => Promise<void> {
  const farewellMillis = Math.min(farewell.longestMillis, Math.max(farewell.shortestMillis, graceMillis));
  let draining = false;
  let arrived = 0;
  server.on('connection', () => arrived++);
  // Before the router: a keep-alive client learns with its next answer that it must connect anew.
  server.prependListener('request', (_request, response) => {
    if (draining) response.setHeader('connection', 'close');
  });

  /** Who stands at the door when it is closed is hung up on, with all they have said; and only one of them comes in each turn. */
  const letIn = async (): Promise<void> => {
    for (let turns = 0, before = -1; arrived !== before && turns < mostTurns; turns++) {
      before = arrived;
      await heard();
    }
  };
  /** A connection that looks idle may have a request on its way: after a busy time, one that has arrived and was not read. */
  const closeIdle = async (): Promise<void> => {
    await heard();
    server.closeIdleConnections();
  };

  return async () => {
    draining = true;
    await letIn();
    await new Promise<void>((resolve) => {
      let sweep: NodeJS.Timeout | undefined;
      const end = setTimeout(() => {
        void closeIdle();
        sweep = setInterval(() => void closeIdle(), sweepMillis);
      }, farewellMillis);
      // Not `server.close`, which closes idle connections in the same breath (node:http since 19).
      NetServer.prototype.close.call(server, () => {
        clearTimeout(end);
        clearInterval(sweep);
        resolve();
      });
    });
  };
}
