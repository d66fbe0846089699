// Whether a request without a credential calls the admin API by a name that is surely this machine's: a page can have its own name
// lead here (DNS rebinding), and then the browser takes the API for a part of that page.
import { isIP } from 'node:net';

/**
 * @param host the `Host` header (RFC 9110 §7.2)
 * @param own further names, as `urls.self.admin` has one
 */
export function isKnownHost(host: string | undefined, own: readonly string[]): boolean {
  // HTTP/1.0, and clients on a unix socket, may say none; a browser always does.
  if (host === undefined || host === '') return true;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) !== 0 || name === 'localhost' || name.endsWith('.localhost') || own.includes(name);
}
