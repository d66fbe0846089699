// Node.js, as far as it decides what Cardea can do.
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';

/** @param versions `process.versions` */
export function lookAtRuntime(versions: { readonly node: string; readonly openssl?: string | undefined }): Finding[] {
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const says = `Node.js ${versions.node}, OpenSSL ${versions.openssl ?? '?'}`;
  if (major < 20) {
    return [
      wrong('runtime', says, { why: 'Cardea needs 20 at least', fix: 'install Node.js 24, the long-term version' }),
    ];
  }
  if (major < 22) {
    const why = 'Node.js 20 gets no security updates any more';
    return [warning('runtime', says, { why, fix: 'install Node.js 24, the long-term version' })];
  }
  const signatures = major > 24 || (major === 24 && minor >= 7);
  return [ok('runtime', says), ...(signatures ? [] : [note('runtime', 'keys.ml_dsa needs Node.js 24.7')])];
}
