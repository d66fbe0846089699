// Who reaches whom, tried for real: from inside each pod's network, a connection to each port of each other pod.
import { runTool } from '@cardea/all';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../processes.js';
import type { Node } from './node.js';
import type { Pod } from './pods.js';
import { componentOf } from './pods.js';

/**
 * The ports of each component, and all edges between pods of a release (security §2.6), as the rendered chart is held against them. The
 * gateway is open to everybody, and nobody that runs for long has a way out to it.
 */
const { listeners, edges } = JSON.parse(readFileSync(path.join(root, 'helm/src/trust-map.json'), 'utf8')) as {
  readonly listeners: Readonly<Record<string, readonly number[]>>;
  readonly edges: readonly string[];
};
const expected: ReadonlySet<string> = new Set(edges);

export interface Edges {
  readonly tried: number;
  readonly open: number;
  /** A sentence for each that is not as it should be. */
  readonly wrong: readonly string[];
}

/** Each asked with a patience of two seconds, all at once; what is refused answers sooner. */
const probe = `
  const { connect } = require('node:net');
  const targets = JSON.parse(process.argv[1]);
  Promise.all(targets.map(({ host, port }) => new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (open) => { socket.destroy(); resolve(open); };
    socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false));
  }))).then((open) => process.stdout.write(JSON.stringify(open)));
`;

/** @param pods one of each component at least; those of others are passed over */
export async function tryEdges(node: Node, pods: readonly Pod[]): Promise<Edges> {
  const pids = await processesOf(node);
  const ours = pods.filter((pod) => Object.hasOwn(listeners, componentOf(pod)));
  const one = new Map(ours.map((pod) => [componentOf(pod), pod]));
  const wrong: string[] = [];
  const counts = { tried: 0, open: 0 };
  for (const [from, pod] of one) {
    const container = /[0-9a-f]{64}/.exec(pod.status.containerStatuses?.[0]?.containerID ?? '')?.[0] ?? '';
    const pid = pids.get(container);
    if (pid === undefined) throw new Error(`no process of ${pod.metadata.name}`);
    const targets = [...one].flatMap(([to, { status }]) =>
      to === from ? [] : (listeners[to] ?? []).map((port) => ({ to, host: status.podIP ?? '', port })),
    );
    const words = [`--net=/proc/${pid}/ns/net`, process.execPath, '-e', probe, JSON.stringify(targets)];
    const answers = JSON.parse(await runTool('nsenter', words)) as readonly boolean[];
    for (const [index, { to, port }] of targets.entries()) {
      const edge = `${from}>${to}:${String(port)}`;
      const open = answers[index] === true;
      counts.tried++;
      if (open) counts.open++;
      if (open !== expected.has(edge)) wrong.push(`${edge} is ${open ? 'open' : 'closed'}`);
    }
  }
  return { ...counts, wrong };
}

/** First processes of containers, by the containers' ids. */
async function processesOf({ ctr }: Node): Promise<ReadonlyMap<string, string>> {
  const lines = (await ctr('tasks', 'ls')).split('\n').slice(1);
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [id, pid] = line.trim().split(/\s+/);
      return id === undefined || pid === undefined ? [] : [[id, pid]];
    }),
  );
}
