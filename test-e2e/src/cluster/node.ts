// One node of Kubernetes with its control plane, in the namespaces that this process was born into: they end with it, and so does all
// that it starts.
import { runTool } from '@cardea/all';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { KubeApi } from './api.js';
import { connectApi } from './api.js';
import { startDns } from './dns.js';
import { containerdSocket, settingsOf } from './node-settings.js';
import { until } from './patience.js';
import { createPki } from './pki.js';
import type { Plan } from './plan.js';
import { nodeAddress } from './plan.js';

export interface Node {
  readonly api: KubeApi;
  readonly kubeconfig: string;
  /** Asks containerd. @returns what it says */
  ctr(...words: readonly string[]): Promise<string>;
  /** The environment in which its programs are found. */
  readonly env: NodeJS.ProcessEnv;
}

type Progress = (sentence: string) => void;

const startSeconds = 180;

/** @throws with the end of a log when a part ends */
export async function startNode(plan: Plan, progress: Progress): Promise<Node> {
  const env = { ...process.env, ...plan.programs.environment };
  await makeNetwork(env);
  makeCgroups(plan.cgroup);
  const pki = await createPki(path.join(plan.directory, 'pki'), env);
  const settings = settingsOf(plan, pki);
  for (const [file, text] of Object.entries(settings.files)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const launch = launcher(plan, env);
  const kube = (name: string): string => path.join(plan.kubernetes.bin, name);
  progress('starting etcd, the API server and containerd');
  launch('etcd', 'etcd', settings.etcd);
  launch('containerd', 'containerd', settings.containerd);
  launch('kube-apiserver', kube('kube-apiserver'), settings.apiserver);
  const api = connectApi(pki);
  await until('the API server', startSeconds, async () =>
    (await api.raw('GET', '/readyz')).status === 200 ? true : undefined,
  );
  launch('kube-controller-manager', kube('kube-controller-manager'), settings.controllerManager);
  launch('kube-scheduler', kube('kube-scheduler'), settings.scheduler);
  await startDns(api);
  const ctr = (...words: readonly string[]) =>
    runTool('ctr', ['--address', containerdSocket(plan), '--namespace', 'k8s.io', ...words], { env });
  await until('containerd', startSeconds, () => ctr('version'));
  await importImages(plan, ctr, progress);
  progress('starting kubelet and kube-proxy');
  launch('kubelet', kube('kubelet'), settings.kubelet);
  launch('kube-proxy', kube('kube-proxy'), settings.proxy);
  await until('the node', startSeconds, () => ready(api));
  return { api, kubeconfig: pki.kubeconfig('admin'), ctr, env };
}

async function makeNetwork(env: NodeJS.ProcessEnv): Promise<void> {
  const steps = [
    'link set lo up',
    'link add node0 type bridge',
    `addr add ${nodeAddress}/24 dev node0`,
    'link set node0 up',
    // To nobody: some programs want one to look at.
    'route add default via 10.99.0.254 dev node0',
  ];
  for (const step of steps) await runTool('ip', step.split(' '), { env });
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  const bridged = '/proc/sys/net/bridge/bridge-nf-call-iptables';
  if (existsSync(bridged)) writeFileSync(bridged, '1');
}

const hierarchies = '/sys/fs/cgroup';

/** One in each hierarchy; whoever made the namespaces removes them. */
function makeCgroups(name: string): void {
  const whole = existsSync(path.join(hierarchies, 'cgroup.controllers'));
  const roots = whole ? [hierarchies] : readdirSync(hierarchies).map((each) => path.join(hierarchies, each));
  for (const each of roots.filter((place) => existsSync(path.join(place, 'cgroup.procs')))) {
    const own = path.join(each, name);
    mkdirSync(own, { recursive: true });
    // Nobody can be put into a set of no processors.
    for (const file of whole ? [] : ['cpuset.cpus', 'cpuset.mems']) {
      const above = path.join(each, file);
      if (existsSync(above)) writeFileSync(path.join(own, file), readFileSync(above));
    }
    // As many as kubelet gives to all pods together, beside what else the machine does.
    const shares = path.join(own, 'cpu.shares');
    if (existsSync(shares)) writeFileSync(shares, String(1024 * availableParallelism()));
  }
}

function launcher({ directory }: Plan, env: NodeJS.ProcessEnv) {
  const logs = path.join(directory, 'logs');
  mkdirSync(logs, { recursive: true });
  return (name: string, file: string, args: readonly string[]): void => {
    const log = path.join(logs, `${name}.log`);
    const output = openSync(log, 'w');
    const child = spawn(file, args, { env, stdio: ['ignore', output, output] });
    const lost = (why: string): void => {
      const words = readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n');
      process.stderr.write(`${name} ended (${why}):\n${words}\n`);
      process.exit(1);
    };
    child.once('error', (error) => lost(error.message)).once('exit', (code, signal) => lost(String(code ?? signal)));
  };
}

async function importImages({ archives }: Plan, ctr: Node['ctr'], progress: Progress): Promise<void> {
  for (const file of readdirSync(archives.directory)) {
    progress(`importing the image ${path.basename(file, '.tar')}`);
    await ctr('images', 'import', path.join(archives.directory, file));
  }
}

interface KubeNode {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function ready(api: KubeApi): Promise<true | undefined> {
  const { status } = await api.call<KubeNode>('GET', '/api/v1/nodes/n1');
  return status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true ? true : undefined;
}
