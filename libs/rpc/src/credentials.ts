// Transport credentials: plain on unix sockets and loopback, mutual TLS 1.3 everywhere else, reloaded when files change.
import { ChannelCredentials, ServerCredentials, credentials as grpcCredentials } from '@grpc/grpc-js';
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
export type TransportSecurity = { readonly kind: 'plain' } | ({ readonly kind: 'mtls' } & TlsFiles);

/** Whether an address may be served without TLS. */
export function isLocalAddress(address: string): boolean {
  return /^(unix:|127\.|\[::1\]|localhost:)/.test(address);
}

function read(files: TlsFiles): { ca: Buffer; cert: Buffer; key: Buffer } {
  return { ca: readFileSync(files.caFile), cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
}

/** A version of the files that changes when any of them does. */
function fingerprint(files: TlsFiles): string {
  return [files.caFile, files.certFile, files.keyFile].map((file) => String(statSync(file).mtimeMs)).join(' ');
}

/** Credentials for a server. A client without a certificate of our CA does not get past the handshake. */
export function serverCredentials(security: TransportSecurity): ServerCredentials {
  if (security.kind === 'plain') return ServerCredentials.createInsecure();
  const { ca, cert, key } = read(security);
  return ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true);
}

/** Credentials for a client. The server's certificate must carry the host name of the address. */
export function clientCredentials(security: TransportSecurity): ChannelCredentials {
  if (security.kind === 'plain') return grpcCredentials.createInsecure();
  const { ca, cert, key } = read(security);
  return grpcCredentials.createFromSecureContext(createSecureContext({ ca, cert, key, minVersion: 'TLSv1.3' }));
}

/**
 * Calls back when the files have changed and read well; looks every `intervalMillis`.
 *
 * @returns stops watching
 */
export function watchFiles(security: TransportSecurity, onChange: () => void, intervalMillis = 10_000): () => void {
  if (security.kind === 'plain') return () => undefined;
  let seen = fingerprint(security);
  const timer = setInterval(() => {
    try {
      const current = fingerprint(security);
      if (current === seen) return;
      read(security);
      seen = current;
      onChange();
    } catch {
      // Half-written files: look again next time, and keep what works until then.
    }
  }, intervalMillis);
  timer.unref();
  return () => clearInterval(timer);
}
