// Makes an HTTP server listen: on TCP, or on a unix socket that belongs to whom the configuration says (hydra-wire §0.1).
import { chmodSync, chownSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { ConfigError } from './config/config-error.js';

/** Where an HTTP server listens. */
export interface HttpAddress {
  /** An address, or `unix:/path`. */
  readonly host: string;
  readonly port: number;
  /** Only looked at for unix sockets. */
  readonly socket?: {
    readonly owner?: string | undefined;
    readonly group?: string | undefined;
    readonly mode: number;
  };
}

/** @returns the URL, or `unix:/path` */
export async function listen(server: Server, address: HttpAddress): Promise<string> {
  const path = /^unix:(.+)$/.exec(address.host)?.[1];
  if (path === undefined) {
    await listening(server, `${address.host}:${String(address.port)}`, () => server.listen(address.port, address.host));
    const scheme = server instanceof TlsServer ? 'https' : 'http';
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    return `${scheme}://${host}:${String((server.address() as AddressInfo).port)}`;
  }
  // Looked up first: a socket must not be open to the wrong ones for even a moment.
  const owner = address.socket && idsOf(address.socket);
  await removeStale(path);
  await listening(server, path, () => server.listen(path));
  if (address.socket !== undefined) chmodSync(path, address.socket.mode);
  if (owner !== undefined) chownSync(path, owner.user, owner.group);
  return `unix:${path}`;
}

function listening(server: Server, place: string, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`${place} is in use by another process`) : error);
    });
    server.once('listening', resolve);
    begin();
  });
}

/** A socket that nobody answers was left by a process that was killed. */
async function removeStale(path: string): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (!answered) unlinkSync(path);
}

function idsOf({ owner, group }: NonNullable<HttpAddress['socket']>): { user: number; group: number } | undefined {
  if (owner === undefined && group === undefined) return undefined;
  return {
    user: owner === undefined ? (process.getuid?.() ?? 0) : idOf(owner, '/etc/passwd', 'socket.owner'),
    group: group === undefined ? (process.getgid?.() ?? 0) : idOf(group, '/etc/group', 'socket.group'),
  };
}

/** Names are looked up in the system's own table; a number is taken as it is. */
function idOf(name: string, table: string, setting: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const entry = readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([known]) => known === name);
  if (entry?.[2] === undefined) throw new ConfigError(`${setting}: there is no ${name} in ${table}`);
  return Number(entry[2]);
}
