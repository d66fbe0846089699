// Where an outbound request may go: the URL by its looks, and the addresses its name stands for at that very moment
// (security catalogue G; DNS rebinding). What was checked is what is connected to.
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.js';
import { OutboundError } from './outbound-error.js';

/** Whose word an address is: the operator's configuration, or what a client registered. */
export type Trust = 'operator' | 'client';

export interface TargetPolicy {
  /** `clients.http.disallow_private_ip_ranges`; undefined: of clients yes, of the operator no. */
  readonly disallowPrivate: boolean | undefined;
  /** Whether an unset `disallowPrivate` lets clients name private addresses too (Hydra's default, and development's). */
  readonly privateByDefault: boolean;
  /** URLs that may be private. */
  readonly excepted: (url: string) => boolean;
  /** Plain http on any host; https is asked for otherwise, but for loopback. */
  readonly plainHttp: boolean;
}

/** Resolves a name to all its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
/** What node's sockets take as `lookup`. */
export type SocketLookup = (hostname: string, options: LookupOptions, callback: LookupCallback) => void;

/** Services that answer to bytes they were not meant to get, above the ports that are refused anyway. */
const delicatePorts: readonly number[] = [
  1433, 2049, 2375, 2376, 3306, 5432, 5984, 6379, 6380, 9200, 9229, 11211, 27017,
];
const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface Target {
  readonly url: URL;
  readonly lookup: SocketLookup;
  /** Whether it must not be private. */
  readonly guarded: boolean;
}

/** @throws {OutboundError} refused, for a URL that may not be asked */
export function checkTarget(text: string, trust: Trust, policy: TargetPolicy, resolve: Resolve): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw refused();
  if (url.username !== '' || url.password !== '') throw refused();
  const excepted = policy.excepted(url.href) || policy.excepted(text);
  const guarded = !excepted && (policy.disallowPrivate ?? (trust === 'client' && !policy.privateByDefault));
  const plain = policy.plainHttp || trust === 'operator' || excepted || loopbackHosts.includes(url.hostname);
  if (url.protocol === 'http:' && !plain) throw refused();
  if (guarded && !isUsualPort(url)) throw refused();
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without a lookup.
  if (guarded && isIP(literal) !== 0 && !isPublicAddress(literal)) throw refused();
  return { url, lookup: checkedLookup(resolve, guarded), guarded };
}

/**
 * Whether an address that a client wants to register may be asked one day: by its looks, and by what its name stands for now.
 * A name that stands for nothing yet may; every request checks again.
 */
export async function isPermitted(text: string, policy: TargetPolicy, resolve: Resolve): Promise<boolean> {
  try {
    const { url, guarded } = checkTarget(text, 'client', policy, resolve);
    if (!guarded) return true;
    const addresses = await resolve(url.hostname.replace(/^\[|\]$/g, '')).catch(() => []);
    return addresses.every(({ address }) => isPublicAddress(address));
  } catch {
    return false;
  }
}

function isUsualPort(url: URL): boolean {
  if (url.port === '') return true;
  const port = Number(url.port);
  return port === 80 || port === 443 || (port >= 1024 && !delicatePorts.includes(port));
}

/** One private address among many refuses them all: which of them is used is not ours to say. */
function checkedLookup(resolve: Resolve, guarded: boolean): SocketLookup {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const first = addresses[0];
        if (first === undefined || (guarded && !addresses.every(({ address }) => isPublicAddress(address)))) {
          callback(refused(), '');
        } else if (options.all === true) {
          callback(null, [...addresses]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      () => callback(new OutboundError('unreachable'), ''),
    );
  };
}

const refused = () => new OutboundError('refused');
