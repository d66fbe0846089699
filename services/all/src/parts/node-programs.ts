// What a node of Kubernetes runs beside it: containerd, runc, CNI's plugins, etcd, iptables. All out of Debian's packages, whatever the
// system has: they must fit each other.
import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { runs } from './run-tool.js';

export interface NodePrograms {
  /** What would be `/` had they been installed. */
  readonly root: string;
  /** CNI's plugins. */
  readonly plugins: string;
  /** With them first in PATH. */
  readonly environment: Readonly<Record<string, string>>;
}

const packages = [
  ...(['containerd', 'runc', 'containernetworking-plugins', 'etcd-server', 'iptables', 'conntrack', 'socat'] as const),
  ...['ethtool', 'iproute2', 'busybox-static', 'openssl'],
] as const;

/** What is there by an alternative, which only an installation would choose. */
const iptables = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];

/** Throws with what to do when they cannot be had. */
export async function findNodePrograms(cache: string, progress: Progress): Promise<NodePrograms> {
  const { root, environment } = await debianTool({
    name: 'containerd, runc, CNI, etcd and iptables',
    packages: [packages[0], ...packages.slice(1)],
    cache,
    progress,
    finish(unpacked) {
      for (const name of iptables) {
        const place = path.join(unpacked, 'usr/sbin', name);
        if (!existsSync(place)) symlinkSync('xtables-nft-multi', place);
      }
    },
    async works(unpacked) {
      const env = environmentOf(unpacked.root, unpacked.environment);
      const words = [
        ['containerd', '--version'],
        ['runc', '--version'],
        ['etcd', '--version'],
        ['iptables', '--version'],
        ['ip', '-V'],
        ['openssl', 'version'],
      ];
      const ran = await Promise.all(words.map((each) => runs('env', each, env)));
      return ran.every((well) => well) && existsSync(path.join(unpacked.root, 'usr/lib/cni/bridge'));
    },
    otherwise: 'run this where apt has containerd and etcd-server, as on Debian 12',
  });
  return { root, plugins: path.join(root, 'usr/lib/cni'), environment: environmentOf(root, environment) };
}

function environmentOf(root: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const bins = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((bin) => path.join(root, bin));
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return {
    ...environment,
    PATH: [...bins, process.env['PATH'] ?? ''].join(':'),
    XTABLES_LIBDIR: path.join(root, 'usr/lib', machine, 'xtables'),
  };
}
