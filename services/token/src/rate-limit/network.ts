// Whose guesses are counted together: an IPv4 address, or an IPv6 network of the size that one customer gets (RFC 6177).
import { isIPv6 } from 'node:net';

/** The first 64 bits of an IPv6 address, anything else as it is. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const front = groups(head);
  const missing = tail === undefined ? 0 : 8 - front.length - groups(tail).length;
  const all = [...front, ...new Array<string>(Math.max(0, missing)).fill('0'), ...groups(tail ?? '')];
  return `${all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
