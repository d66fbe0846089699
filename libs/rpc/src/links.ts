// The replicas of a peer as they come and go: a list of addresses, names of hosts resolved to each of their addresses, and all
// of them anew when certificates change.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { TransportSecurity } from './credentials.js';
import { watchFiles } from './credentials.js';
import type { Link, LinkEvents } from './link.js';
import { createLink } from './link.js';

export interface Links {
  readonly all: () => readonly Link[];
  close(): void;
}

/** How often names are asked again: how long a new replica waits for its first call at most. */
const resolveMillis = 5_000;

interface Target {
  readonly address: string;
  readonly security: TransportSecurity;
}

/** @param resolve gives every IP address of a host name */
export function createLinks(options: {
  readonly addresses: readonly string[];
  readonly security: TransportSecurity;
  readonly events: LinkEvents;
  readonly random: () => number;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}): Links {
  const resolve = options.resolve ?? allAddresses;
  const names = options.addresses.filter((address) => hostOf(address) !== undefined);
  const fixed = options.addresses.filter((address) => hostOf(address) === undefined);
  let links = new Map<string, Link>();
  let list: readonly Link[] = [];
  let resolved: readonly Target[] = [];
  let opened = false;
  let closed = false;

  const update = (targets: readonly Target[], fresh: boolean): void => {
    const next = new Map<string, Link>();
    for (const { address, security } of targets) {
      const kept = fresh ? undefined : links.get(address);
      const link = next.get(address) ?? kept ?? createLink(address, security, options.events, options.random);
      next.set(address, link);
    }
    const left = [...links].filter(([address, link]) => next.get(address) !== link);
    links = next;
    list = [...next.values()];
    // Opened before the old ones leave, so that at no time nobody is there.
    if (opened) for (const link of list) link.open();
    for (const [, link] of left) link.leave();
  };
  const targets = (): Target[] => [...fixed.map((address) => ({ address, security: options.security })), ...resolved];

  const refresh = async (): Promise<void> => {
    const found = await Promise.all(names.map((name) => expand(name, options.security, resolve)));
    // A resolver that does not answer is no reason to leave replicas that do.
    if (closed || found.some((each) => each === undefined)) return;
    resolved = found.flatMap((each) => each ?? []);
    update(targets(), false);
  };
  let timer: NodeJS.Timeout | undefined;
  update(targets(), false);
  const stopWatching = watchFiles(options.security, () => update(targets(), true));

  return {
    all() {
      if (!opened) {
        opened = true;
        for (const link of list) link.open();
        if (names.length > 0) {
          void refresh();
          timer = setInterval(() => void refresh(), resolveMillis).unref();
        }
      }
      return list;
    },
    close() {
      closed = true;
      clearInterval(timer);
      stopWatching();
      for (const link of list) link.close();
    },
  };
}

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
  security: TransportSecurity,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<Target[] | undefined> {
  const host = hostOf(name) ?? name;
  const port = name.slice(host.length + 1);
  // The certificate names the host, not the address behind it.
  const named = security.kind === 'mtls' ? { ...security, serverName: security.serverName ?? host } : security;
  try {
    const addresses = await resolve(host);
    return addresses.map((ip) => ({ address: isIP(ip) === 6 ? `[${ip}]:${port}` : `${ip}:${port}`, security: named }));
  } catch {
    return undefined;
  }
}
