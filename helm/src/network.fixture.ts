// Reads NetworkPolicies as a cluster that enforces them does: a connection passes when the policies of both ends let it.
import type { Manifest } from './render.fixture.js';

interface Selector {
  readonly matchLabels?: Record<string, string>;
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

interface Policy {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** One end of a connection: a pod of the release's namespace, one of another, or an address outside. */
export type End =
  | { readonly labels: Record<string, string> }
  | { readonly labels: Record<string, string>; readonly namespace: Record<string, string> }
  | { readonly address: string };

const matches = (selector: Selector | undefined, labels: Record<string, string>): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value);

function isPeer(peer: Peer, end: End): boolean {
  if ('address' in end) return peer.ipBlock !== undefined && holds(peer.ipBlock, end.address);
  if (peer.ipBlock !== undefined) return false;
  const elsewhere = 'namespace' in end ? end.namespace : undefined;
  // Without a namespace selector only pods of the policy's own namespace are meant.
  if (peer.namespaceSelector === undefined) return elsewhere === undefined && matches(peer.podSelector, end.labels);
  return elsewhere !== undefined && matches(peer.namespaceSelector, elsewhere) && matches(peer.podSelector, end.labels);
}

function holds({ cidr, except = [] }: NonNullable<Peer['ipBlock']>, address: string): boolean {
  return within(cidr, address) && !except.some((hole) => within(hole, address));
}

const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function within(cidr: string, address: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(network) / size) === Math.floor(numberOf(address) / size);
}

function passes(
  policies: readonly Policy[],
  direction: 'Ingress' | 'Egress',
  self: End,
  other: End,
  port: number,
): boolean {
  if ('address' in self || 'namespace' in self) return true;
  const mine = policies.filter(
    ({ podSelector, policyTypes }) => policyTypes.includes(direction) && matches(podSelector, self.labels),
  );
  if (mine.length === 0) return true;
  const rules = mine.flatMap(({ ingress, egress }) => (direction === 'Ingress' ? ingress : egress) ?? []);
  return rules.some((rule) => {
    const peers = direction === 'Ingress' ? rule.from : rule.to;
    const toPort = rule.ports?.some((each) => each.port === port && each.protocol === 'TCP') ?? true;
    return toPort && (peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(peer, other)));
  });
}

/** Whether `from` reaches `to` on a TCP port, under the rendered policies. */
export function reaches(manifests: readonly Manifest[], from: End, to: End, port: number): boolean {
  const policies = manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy);
  return passes(policies, 'Egress', from, to, port) && passes(policies, 'Ingress', to, from, port);
}
