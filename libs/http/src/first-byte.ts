// Looks at the first byte of a connection to a TLS listener: a handshake goes on, plain HTTP is told so instead of being cut
// off, silence is not waited for (RFC 8446 §5.1; hydra-wire §10.6, security catalogue H08).
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** The content type of a handshake record. */
const handshake = 0x16;
const patienceMillis = 5_000;

const answer = 'Client sent an HTTP request to an HTTPS server.\n';
const plainAnswer = [
  'HTTP/1.1 400 Bad Request',
  'Connection: close',
  `Content-Length: ${String(answer.length)}`,
  '',
  answer,
].join('\r\n');

/** Puts itself before the server's own handling of connections. */
export function lookAtFirstByte(server: Server): void {
  const secure = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const giveUp = (): void => void socket.destroy();
    socket.setTimeout(patienceMillis, giveUp);
    socket.on('error', giveUp);
    socket.once('readable', () => {
      const bytes = socket.read() as Buffer | null;
      if (bytes === null) return giveUp();
      if (bytes[0] !== handshake) {
        socket.end(plainAnswer);
        return;
      }
      socket.setTimeout(0);
      socket.off('timeout', giveUp);
      socket.off('error', giveUp);
      socket.unshift(bytes);
      for (const listener of secure) listener.call(server, socket);
    });
  });
}
