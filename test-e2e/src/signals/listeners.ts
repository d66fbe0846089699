// Those to whom a Cardea sends signals, in a test: a collector of traces, a webhook, and whoever watches its Redis.
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';

export interface Listener {
  /** Where it is asked. */
  readonly url: string;
  /** Everything that arrived, as text. */
  heard(): string;
  close(): Promise<void>;
}

/** Takes whatever is posted, headers too. Protobuf has its texts in it as they are. */
export async function listenHttp(): Promise<Listener> {
  const heard: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push(`${request.rawHeaders.join(' ')}\n${Buffer.concat(chunks).toString('utf8')}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    heard: () => heard.join('\n'),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Watches every command that Redis is sent, by anybody (MONITOR). */
export async function watchRedis(url: string): Promise<Listener> {
  const { hostname, port, username, password } = new URL(url);
  let heard = '';
  const socket = connect(Number(port === '' ? 6379 : port), hostname);
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const words = [username, password].map(decodeURIComponent).filter((word) => word !== '');
  if (words.length > 0) socket.write(`AUTH ${words.join(' ')}\r\n`);
  socket.write('MONITOR\r\n');
  return {
    url,
    heard: () => heard,
    close() {
      socket.destroy();
      return Promise.resolve();
    },
  };
}
