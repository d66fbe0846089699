// A wire to a real server that tests can cut, hang and mend.
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export interface Wire {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** Accepts and delivers nothing. */
  hang(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Leads to the host and port of a URL. */
export async function createWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  let state: 'whole' | 'cut' | 'hung' = 'whole';
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => state === 'whole' && to.write(bytes));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      state = 'cut';
      drop();
    },
    hang: () => void (state = 'hung'),
    mend() {
      // What was swallowed meanwhile must not be missed in the middle of a conversation.
      if (state === 'hung') drop();
      state = 'whole';
    },
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The URL of a server, reached over the wire. */
export function over(wire: Wire, url: string): string {
  const wired = new URL(url);
  wired.hostname = '127.0.0.1';
  wired.port = String(wire.port);
  return wired.toString();
}
