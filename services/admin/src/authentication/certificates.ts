// Client certificates: URI and DNS names of those that the configured authority has signed (security §2.5).
import { certificateNames } from '@cardea/rpc';
import type { Config } from '@cardea/service';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Caller } from './caller.js';

/** Finds whose certificate a connection showed. Common names and wildcards are nobody's. */
export function createCertificates({
  names,
}: Config['serve']['admin']['authentication']['mtls']): (request: IncomingMessage) => Caller | undefined {
  const known = new Map<string, Caller>(
    names.map(({ name, roles }) => [name, { name, authentication: 'mtls', roles }]),
  );
  return ({ socket }) => {
    if (known.size === 0 || !(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const shown = certificateNames(socket.getPeerCertificate());
    return shown.map((name) => known.get(name)).find((caller) => caller !== undefined);
  };
}
