// Binds a gRPC server to a port or a unix socket, without stealing a socket that somebody serves.
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

/** @returns the address as bound, with the port that was picked for port 0 */
export async function bind(server: Server, address: string, credentials: ServerCredentials): Promise<string> {
  const path = /^unix:(.+)$/.exec(address)?.[1];
  if (path !== undefined) await clear(path);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error !== null) reject(new Error(`${address}: ${error.message}`));
      else resolve(bound);
    });
  });
  if (path === undefined) return address.replace(/:\d+$/, `:${String(port)}`);
  // Plain on a socket means that the file's permissions are the whole proof of who calls.
  chmodSync(path, 0o660);
  return address;
}

/** Removes a socket that a killed process left behind, and nothing else. */
async function clear(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`unix:${path} is a file, not a socket`);
  if (!(await isAbandoned(path))) throw new Error(`unix:${path} is in use by another process`);
  unlinkSync(path);
}

/** Only a refused connection proves that nobody serves a socket; one that we may not open, for instance, is somebody's. */
function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
