// Transport credentials: plain on unix sockets and loopback, mutual TLS 1.3 everywhere else, renewed when files change
// (security §2.1).
import type { ChannelOptions, ChannelCredentials } from '@grpc/grpc-js';
import { ServerCredentials, credentials as grpcCredentials } from '@grpc/grpc-js';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** Where a certificate lives. */
export interface TlsFiles {
  /** Certificates that sign the peers' (PEM). */
  readonly caFile: string;
  /** Our certificate and chain (PEM). */
  readonly certFile: string;
  /** Its private key (PEM). */
  readonly keyFile: string;
}

/** How a server or a client proves itself. */
export type TransportSecurity =
  | { readonly kind: 'plain' }
  | ({
      readonly kind: 'mtls';
      /** The name a client expects in the server's certificate; by default the host of the address. */
      readonly serverName?: string | undefined;
    } & TlsFiles);

/** Whether an address may be served without TLS. */
function isLocalAddress(address: string): boolean {
  return /^(unix:|127\.\d+\.\d+\.\d+:|\[::1\]:|localhost:)/.test(address);
}

const minVersion = 'TLSv1.3';

function read(files: TlsFiles): { ca: Buffer; cert: Buffer; key: Buffer } {
  return { ca: readFileSync(files.caFile), cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
}

/** A version of the files that changes when any of them does, also by a swapped symbolic link. */
function fingerprint(files: TlsFiles): string {
  return [files.caFile, files.certFile, files.keyFile]
    .map((file) => statSync(file))
    .map(({ ino, size, mtimeMs }) => `${String(ino)} ${String(size)} ${String(mtimeMs)}`)
    .join(' ');
}

/** grpc-js's own TLS credentials can be neither renewed nor held to TLS 1.3; a subclass is how it lets one say so. */
class RenewableCredentials extends ServerCredentials {
  constructor(files: TlsFiles) {
    super({ requestCert: true, rejectUnauthorized: true, minVersion }, { ...read(files), minVersion });
  }

  /** Connections made from now on use what the files say now. */
  renew(files: TlsFiles): void {
    this.updateSecureContextOptions({ ...read(files), minVersion });
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/** How often files are looked at, in milliseconds. */
export const defaultRenewMillis = 5_000;

/** Credentials for a server. A client without a certificate of our CA does not get past the handshake. */
export function serverCredentials(
  security: TransportSecurity,
  renewMillis: number,
): { credentials: ServerCredentials; stop: () => void } {
  if (security.kind === 'plain') return { credentials: ServerCredentials.createInsecure(), stop: () => undefined };
  const credentials = new RenewableCredentials(security);
  return { credentials, stop: watchFiles(security, () => credentials.renew(security), renewMillis) };
}

/** Credentials for a client. The server's certificate must carry the host name of the address, or `serverName`. */
export function clientCredentials(security: TransportSecurity): ChannelCredentials {
  if (security.kind === 'plain') return grpcCredentials.createInsecure();
  return grpcCredentials.createFromSecureContext(createSecureContext({ ...read(security), minVersion }));
}

/** Channel options that make a client expect `serverName` in the server's certificate. */
export function nameOverride(serverName: string | undefined): ChannelOptions {
  if (serverName === undefined) return {};
  return { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName };
}

/** @throws when what crosses would cross a network in the clear */
export function refusePlainBeyondLoopback(address: string, security: TransportSecurity): void {
  if (security.kind === 'mtls' || isLocalAddress(address)) return;
  throw new Error(`${address}: gRPC beyond loopback and unix sockets needs TLS files (serve.*.tls)`);
}

/**
 * Calls back when the files have changed and make a certificate together; looks every `renewMillis`.
 *
 * @returns stops watching
 */
export function watchFiles(security: TransportSecurity, onChange: () => void, renewMillis: number): () => void {
  if (security.kind === 'plain') return () => undefined;
  let seen = fingerprint(security);
  const timer = setInterval(() => {
    try {
      const current = fingerprint(security);
      if (current === seen) return;
      createSecureContext(read(security));
      onChange();
      seen = current;
    } catch {
      // Half-written files: look again next time, and keep what works until then.
    }
  }, renewMillis);
  timer.unref();
  return () => clearInterval(timer);
}
