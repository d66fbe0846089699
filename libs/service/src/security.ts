// Turns `tls` settings into transport security: all three files, or none of them.
import type { TransportSecurity } from '@cardea/rpc';
import { ConfigError } from './config/config-error.js';

interface TlsSettings {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** @param key where the settings stand, for the message */
export function securityOf(tls: TlsSettings, key: string): TransportSecurity {
  const { caFile, certFile, keyFile } = tls;
  if (caFile !== undefined && certFile !== undefined && keyFile !== undefined) {
    return { kind: 'mtls', caFile, certFile, keyFile };
  }
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return { kind: 'plain' };
  throw new ConfigError(`${key}.tls needs ca_file, cert_file and key_file together`);
}
