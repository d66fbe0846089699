// Binds a gRPC server to a port or a unix socket, without stealing a socket that somebody serves.
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { chmodSync, existsSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

/** @returns the address as bound, with the port that was picked for port 0 */
export async function bind(server: Server, address: string, credentials: ServerCredentials): Promise<string> {
  const path = /^unix:(.+)$/.exec(address)?.[1];
  if (path !== undefined && existsSync(path)) {
    if (await answers(path)) throw new Error(`${address} is in use by another process`);
    // Left behind by a killed process.
    unlinkSync(path);
  }
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

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
