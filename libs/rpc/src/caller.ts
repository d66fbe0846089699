// Who is calling: the names in the peer's certificate, matched exactly against a method's allow-list.
// The common name is ignored and a wildcard admits nobody (security §2.3, I02).
import type { DetailedPeerCertificate } from 'node:tls';

/** One entry of Node's rendering; a value with a comma, quote or control character in it is a JSON string there. */
const entry = /(?:^|, )([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^,]*)/gy;

/** URI and DNS names of a certificate, wildcards and names that needed quoting left out. */
export function certificateNames(certificate: Pick<DetailedPeerCertificate, 'subjectaltname'> | undefined): string[] {
  const text = certificate?.subjectaltname ?? '';
  return [...text.matchAll(entry)]
    .filter(([, kind]) => kind === 'URI' || kind === 'DNS')
    .map(([, , name]) => name ?? '')
    .filter((name) => name !== '' && !/[*"]/.test(name));
}

/** What the transport says about a peer. */
export interface PeerIdentity {
  /** False on unix sockets and loopback, where no certificate is asked for. */
  readonly authenticated: boolean;
  readonly names: readonly string[];
}

/**
 * The name under which a peer may call a method.
 *
 * @returns `{ admitted: false }` when it may not; on plain transport there is no name
 */
export function admit(
  peer: PeerIdentity,
  allowed: readonly string[] | undefined,
): { admitted: boolean; caller: string | undefined } {
  if (!peer.authenticated) return { admitted: true, caller: undefined };
  if (allowed === undefined) return { admitted: peer.names.length > 0, caller: peer.names[0] };
  const caller = peer.names.find((name) => allowed.includes(name));
  return { admitted: caller !== undefined, caller };
}
