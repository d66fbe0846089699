// A way to PostgreSQL that can fall silent, in both directions or only backwards: nothing is refused, nothing arrives.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** What gets through. */
type Passing = 'everything' | 'requests' | 'nothing';

export interface SilentProxy {
  /** The same database by way of the proxy. */
  readonly dsn: string;
  /** For connections that there are, and for new ones. What was held back is lost, and so are the connections. */
  let(passing: Passing): void;
  close(): void;
}

/** @param last it falls silent by itself behind the first request with these words */
export async function createSilentProxy(dsn: string, last?: string): Promise<SilentProxy> {
  const target = new URL(dsn);
  const sockets = new Set<Socket>();
  let passing: Passing = 'everything';
  const server = createServer((near) => {
    const far = connect(Number(target.port || '5432'), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        // Nobody hears of an end either.
        if (passing === 'nothing') return;
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => {
      if (passing !== 'nothing') far.write(chunk);
      if (last !== undefined && chunk.includes(last)) passing = 'nothing';
    });
    far.on('data', (chunk: Buffer) => passing === 'everything' && near.write(chunk));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(dsn);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  const drop = () => sockets.forEach((socket) => socket.destroy());
  return {
    dsn: own.toString(),
    let(next) {
      passing = next;
      if (next === 'everything') drop();
    },
    close() {
      drop();
      server.close();
    },
  };
}
