// The NetworkPolicies of the release as packet filters of the node: its bridge does not enforce them, so that they are turned into rules
// for what passes between pods, by the addresses that pods have just now (networking.k8s.io/v1).
import { runTool } from '@cardea/all';
import { BlockList } from 'node:net';
import type { KubeObject } from './api.js';
import type { Node } from './node.js';
import type { Pod } from './pods.js';
import { namespace } from './plan.js';

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
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

interface Policy extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

const [out, into] = ['CARDEA-EGRESS', 'CARDEA-INGRESS'] as const;
const refusal = '-p tcp -j REJECT --reject-with tcp-reset';

/** Puts them before everything that is forwarded. @param pods all of the namespace @returns how many rules there are */
export async function enforcePolicies(node: Node, pods: readonly Pod[]): Promise<number> {
  const policies = await node.api.list<Policy>(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`);
  const rules = [...rulesOf(policies, pods, 'egress'), ...rulesOf(policies, pods, 'ingress')];
  const text = [
    '*filter',
    ...[out, into, 'CARDEA-POLICIES'].map((chain) => `:${chain} - [0:0]`),
    '-A CARDEA-POLICIES -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN',
    ...[`-A CARDEA-POLICIES -j ${out}`, `-A CARDEA-POLICIES -j ${into}`],
    ...rules,
    ...['-I FORWARD 1 -j CARDEA-POLICIES', 'COMMIT', ''],
  ].join('\n');
  await runTool('iptables-restore', ['--noflush'], { env: node.env, input: text });
  return rules.length;
}

/** Takes them away again. */
export async function releasePolicies({ env }: Node): Promise<void> {
  await runTool('iptables', ['-D', 'FORWARD', '-j', 'CARDEA-POLICIES'], { env });
  for (const chain of ['CARDEA-POLICIES', out, into]) {
    await runTool('iptables', ['-F', chain], { env });
    await runTool('iptables', ['-X', chain], { env });
  }
}

const selects = ({ matchLabels = {} }: Selector, { metadata }: Pod): boolean =>
  Object.entries(matchLabels).every(([name, value]) => metadata.labels?.[name] === value);

/** A pod of which a policy speaks may do what any of its policies allows, and nothing else. */
function rulesOf(policies: readonly Policy[], pods: readonly Pod[], way: 'egress' | 'ingress'): readonly string[] {
  const [chain, own, other] = way === 'egress' ? [out, '-s', '-d'] : [into, '-d', '-s'];
  const type = way === 'egress' ? 'Egress' : 'Ingress';
  return pods.flatMap((pod) => {
    const { podIP } = pod.status;
    const mine = policies.filter(({ spec }) => spec.policyTypes.includes(type) && selects(spec.podSelector, pod));
    if (podIP === undefined || mine.length === 0) return [];
    const allowed = mine.flatMap(({ spec }) => spec[way] ?? []).flatMap((rule) => matchesOf(rule, pods, other));
    // Within the chain of one direction a pod is settled; the other direction is the other pod's.
    return [
      ...allowed.map((match) => `-A ${chain} ${own} ${podIP} ${match} -j RETURN`),
      `-A ${chain} ${own} ${podIP} ${refusal}`,
    ];
  });
}

function matchesOf({ from, to, ports }: Rule, pods: readonly Pod[], flag: string): readonly string[] {
  const peers = from ?? to ?? [];
  const places = peers.length === 0 ? [''] : peers.flatMap((peer) => placesOf(peer, pods, flag));
  const doors = ports?.map(({ port, protocol }) => `-p ${protocol.toLowerCase()} --dport ${String(port)}`) ?? [''];
  return places.flatMap((place) => doors.map((door) => `${place} ${door}`));
}

function placesOf({ podSelector, namespaceSelector, ipBlock }: Peer, pods: readonly Pod[], flag: string) {
  // What pods of other namespaces may: there are none here.
  if (namespaceSelector !== undefined) return [];
  return pods.flatMap((pod) => {
    const { podIP } = pod.status;
    if (podIP === undefined) return [];
    // What is forwarded here goes from pod to pod: of a block of addresses only theirs matter.
    const meant = ipBlock === undefined ? selects(podSelector ?? {}, pod) : holds(ipBlock, podIP);
    return meant ? [`${flag} ${podIP}`] : [];
  });
}

function holds({ cidr, except = [] }: NonNullable<Peer['ipBlock']>, address: string): boolean {
  const within = (block: string): boolean => {
    const [network = '', bits = '32'] = block.split('/');
    const list = new BlockList();
    list.addSubnet(network, Number(bits));
    return list.check(address);
  };
  return within(cidr) && !except.some(within);
}
