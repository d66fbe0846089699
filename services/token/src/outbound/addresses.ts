// Which addresses belong to the public internet, and so may be asked on a client's word (RFC 6890, RFC 4291, OWASP SSRF).
import { BlockList, isIP } from 'node:net';

const special = new BlockList();
const ranges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];
for (const [network, prefix, family] of ranges) special.addSubnet(network, prefix, family);

/** Every range that carries an IPv4 address inside an IPv6 one, with where in its 16 bytes it stands. */
const embedding: readonly { readonly starts: readonly number[]; readonly at: number }[] = [
  { starts: [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], at: 12 },
  { starts: [0x20, 0x02], at: 2 },
];

/** Whether an IP address is reachable for everybody; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return isPublicIpv6(address.replace(/%.*$/, ''));
    default:
      return false;
  }
}

/** Only global unicast (2000::/3) and NAT64 are public at all; what maps to IPv4 is judged as IPv4. */
function isPublicIpv6(address: string): boolean {
  const bytes = ipv6Bytes(address);
  for (const { starts, at } of embedding) {
    if (starts.every((byte, index) => bytes[index] === byte)) return isPublicAddress(bytes.slice(at, at + 4).join('.'));
  }
  return ((bytes[0] ?? 0) & 0xe0) === 0x20 && !special.check(address, 'ipv6');
}

/** The 16 bytes of a valid IPv6 address, by way of the URL parser's canonical spelling. */
function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
