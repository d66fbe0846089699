// Who asks, as far as the network knows: the address of the connection or, behind proxies that we were told of, the last one
// that they did not add themselves (RFC 7239 §5.2 explains; X-Forwarded-For is what is spoken).
import { ConfigError } from '@cardea/service';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

export type ClientAddress = (request: IncomingMessage) => string;

const plain = (address: string) =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;

/**
 * @param trusted addresses and networks (`10.0.0.0/8`) of proxies whose word is taken; `unix` for those on unix sockets
 * @param untold told once, when somebody who is not trusted passes on who asks: very likely a proxy that should be named
 * @throws {ConfigError} for an entry that is neither
 */
export function createClientAddress(trusted: readonly string[], untold: (address: string) => void): ClientAddress {
  const proxies = new BlockList();
  for (const entry of trusted.filter((each) => each !== 'unix')) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const longest = family === 'ipv6' ? 128 : 32;
    if (isIP(address) === 0 || !(Number(bits ?? longest) <= longest)) {
      throw new ConfigError(`serve.public.trusted_proxies: '${entry}' is no address and no network`);
    }
    proxies.addSubnet(address, Number(bits ?? longest), family);
  }
  const isProxy = (address: string) =>
    address === '' ? trusted.includes('unix') : proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

  let told = false;

  return (request) => {
    let address = plain(request.socket.remoteAddress ?? '');
    const forwarded = request.headers['x-forwarded-for'];
    if (forwarded === undefined) return address;
    if (!isProxy(address)) {
      if (!told) untold(address);
      told = true;
      return address;
    }
    const hops = (typeof forwarded === 'string' ? forwarded : '').split(',').reverse();
    for (const hop of hops) {
      const next = plain(hop.trim());
      // What is no address was written by somebody else than a proxy of ours.
      if (isIP(next) === 0) break;
      address = next;
      if (!isProxy(address)) break;
    }
    return address;
  };
}
