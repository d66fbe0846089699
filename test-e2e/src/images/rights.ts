// What a container may do, asked of the kernel while it runs, and tried from inside.
import { readFileSync } from 'node:fs';
import type { Container, Order } from './container.js';
import { startContainer } from './container.js';

/** @returns a sentence for each right that a running container should not have */
export function rightsOf(container: Container): readonly string[] {
  const status = readFileSync(`/proc/${String(container.pid())}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const users = new Set([...field('Uid').split(/\s+/), ...field('Gid').split(/\s+/)]);
  return [
    ...(users.size === 1 && users.has('65532') ? [] : [`it runs as ${[...users].join(', ')}`]),
    ...(/^0+$/.test(field('CapEff') + field('CapPrm') + field('CapInh')) ? [] : ['it has capabilities']),
    ...(field('NoNewPrivs') === '1' ? [] : ['it may get new rights']),
  ];
}

/** Writes where a service could leave something, starts what an attacker would, and says which Node this is. */
const probe = `
  const { writeFileSync } = require('node:fs');
  const { spawnSync } = require('node:child_process');
  const refused = (file) => { try { writeFileSync(file, ''); return 'written'; } catch ({ code }) { return code; } };
  const shells = ['/bin/sh', 'sh', 'bash', 'busybox'].filter((name) => spawnSync(name, ['-c', ':']).error?.code !== 'ENOENT');
  const written = ['/app/x', '/tmp/x', '/etc/x', '/x'].map(refused);
  process.stdout.write(JSON.stringify({ node: process.versions.node, shells, written }));
`;

interface Probed {
  readonly node: string;
  readonly shells: readonly string[];
  readonly written: readonly string[];
}

/** @returns the version of Node, and a sentence for each thing that went well for an attacker */
export async function probeImage(
  order: Pick<Order, 'image' | 'scratch'>,
): Promise<{ readonly node: string; readonly findings: readonly string[] }> {
  const words = ['/usr/local/bin/node', '-e', probe];
  const container = startContainer({ ...order, words, environment: {}, files: {} });
  const code = await container.ended;
  if (code !== 0)
    throw new Error(`Node does not run in ${order.image.target} (code ${String(code)}): ${container.log()}`);
  const { node, shells, written } = JSON.parse(container.log()) as Probed;
  return {
    node,
    findings: [
      ...(shells.length === 0 ? [] : [`it starts ${shells.join(', ')}`]),
      ...(written.every((code) => code === 'EROFS') ? [] : [`writing is answered by ${written.join(', ')}`]),
    ],
  };
}
