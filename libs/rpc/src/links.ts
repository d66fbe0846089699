// The replicas of a peer as they come and go: a list of addresses, names of hosts resolved to each of their addresses, and all
// of them anew when certificates change.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { TransportSecurity } from './credentials.js';
import { clientCredentials, watchFiles } from './credentials.js';
import type { Link, LinkEvents, Target } from './link.js';
import { createLink } from './link.js';

export interface Links {
  readonly all: () => readonly Link[];
  close(): void;
}

/** How often names are asked again: how long a new replica waits for its first call at most. */
const resolveMillis = 5_000;
/** The same while a name has not been resolved once: somebody waits. */
const firstResolveMillis = 250;

/** @param resolve gives every IP address of a host name */
export function createLinks(options: {
  readonly addresses: readonly string[];
  readonly security: TransportSecurity;
  readonly events: LinkEvents;
  readonly random: () => number;
  readonly renewMillis: number;
  readonly resolve: ((host: string) => Promise<readonly string[]>) | undefined;
}): Links {
  const { security, events, random, resolve = allAddresses } = options;
  const names = options.addresses.filter((address) => hostOf(address) !== undefined);
  const serverName = security.kind === 'mtls' ? security.serverName : undefined;
  const fixed = options.addresses
    .filter((address) => hostOf(address) === undefined)
    .map((address) => ({ address, serverName }));
  const resolved = new Map<string, readonly Target[]>();
  // Read once and handed to every link, so that a name resolved while files are half written still gets its link.
  let credentials = clientCredentials(security);
  let links = new Map<string, Link>();
  // By address, those that certificates were changed under: they serve until the link in their place is open, however long it takes.
  const replaced = new Map<string, Link>();
  let list: readonly Link[] = [];
  let opened = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const create = (target: Target): Link => {
    const { address } = target;
    const ready = (): void => {
      const old = links.get(address) === link ? replaced.get(address) : undefined;
      events.ready();
      if (old === undefined) return;
      replaced.delete(address);
      list = [...links.values(), ...replaced.values()];
      old.leave();
    };
    const link: Link = createLink(target, credentials, { ...events, ready }, random);
    return link;
  };

  /** @param kept the links that stay if their address does */
  const update = (kept: ReadonlyMap<string, Link>): void => {
    const next = new Map<string, Link>();
    const targets = [...fixed, ...names.flatMap((name) => resolved.get(name) ?? [])];
    // In the same order for whoever asks them, however a resolver shuffles.
    for (const target of targets.sort(byAddress)) {
      const { address } = target;
      next.set(address, next.get(address) ?? kept.get(address) ?? create(target));
    }
    const left: Link[] = [];
    for (const [address, link] of links) {
      if (next.get(address) === link) continue;
      if (next.has(address) && link.ready) replaced.set(address, link);
      else left.push(link);
    }
    for (const [address, link] of replaced) {
      if (next.has(address)) continue;
      replaced.delete(address);
      left.push(link);
    }
    links = next;
    list = [...next.values(), ...replaced.values()];
    // Opened before the old ones leave, so that what those had not sent yet has somewhere to wait.
    if (opened) for (const link of list) link.open();
    for (const link of left) link.leave();
  };

  const ask = async (name: string): Promise<void> => {
    try {
      const found = await expand(name, serverName, resolve);
      if (found.length > 0) resolved.set(name, found);
    } catch (cause) {
      // A resolver that does not answer is no reason to leave replicas that do.
      events.unready(cause);
    }
  };
  const refresh = async (): Promise<void> => {
    await Promise.all(names.map(ask));
    if (closed) return;
    update(links);
    const pause = resolved.size === names.length ? resolveMillis : firstResolveMillis;
    timer = setTimeout(() => void refresh(), pause).unref();
  };

  update(links);
  const renew = (): void => {
    credentials = clientCredentials(security);
    update(new Map());
  };
  const stopWatching = watchFiles(security, renew, options.renewMillis);

  return {
    all() {
      if (opened) return list;
      opened = true;
      for (const link of list) link.open();
      if (names.length > 0) void refresh();
      return list;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      stopWatching();
      for (const link of list) link.close();
    },
  };
}

const byAddress = (one: Target, other: Target) => (one.address < other.address ? -1 : 1);

/** The host name of an address that may stand for several replicas; undefined for sockets, IP addresses and localhost. */
function hostOf(address: string): string | undefined {
  const host = /^([^:/]+):\d+$/.exec(address)?.[1];
  return host === undefined || host === 'localhost' || isIP(host) !== 0 ? undefined : host;
}

async function allAddresses(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

async function expand(
  name: string,
  serverName: string | undefined,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<Target[]> {
  const host = hostOf(name) ?? name;
  const port = name.slice(host.length + 1);
  const addresses = await resolve(host);
  return addresses.map((ip) => ({
    address: isIP(ip) === 6 ? `[${ip}]:${port}` : `${ip}:${port}`,
    // The certificate names the host, not the address behind it.
    serverName: serverName ?? host,
  }));
}
