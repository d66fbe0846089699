// What the parts of a one-node cluster are told: nothing of it is the machine's, and no part asks for rights that a container on a
// build host lacks (a lower score with the out-of-memory killer, higher limits).
import path from 'node:path';
import type { Pki } from './pki.js';
import type { Plan } from './plan.js';
import { nodeAddress, podNetwork, serviceNetwork } from './plan.js';

export interface NodeSettings {
  /** Files to write before anything starts. */
  readonly files: Readonly<Record<string, string>>;
  readonly etcd: readonly string[];
  readonly apiserver: readonly string[];
  readonly controllerManager: readonly string[];
  readonly scheduler: readonly string[];
  readonly containerd: readonly string[];
  readonly kubelet: readonly string[];
  readonly proxy: readonly string[];
}

/** The name that accounts' tokens carry; the chart expects it. */
const issuer = 'https://kubernetes.default.svc.cluster.local';
const store = 'http://127.0.0.1:2379';
const many = ['--kube-api-qps=100', '--kube-api-burst=200'];

export const containerdSocket = ({ directory }: Pick<Plan, 'directory'>): string =>
  path.join(directory, 'containerd.sock');

export function settingsOf(plan: Plan, pki: Pki): NodeSettings {
  const at = (name: string): string => path.join(plan.directory, name);
  const config = (member: string): string => `--kubeconfig=${pki.kubeconfig(member)}`;
  return {
    files: {
      [at('cni/10-bridge.conflist')]: JSON.stringify(bridge(at('addresses'))),
      [at('containerd.toml')]: containerdToml(plan),
      [at('kubelet.json')]: JSON.stringify(kubelet(plan, pki)),
      [at('proxy.json')]: JSON.stringify(proxy(pki)),
      [at('resolv.conf')]: `nameserver ${nodeAddress}\n`,
    },
    etcd: [
      ...[`--data-dir=${at('etcd')}`, '--unsafe-no-fsync', `--listen-client-urls=${store}`],
      ...[`--advertise-client-urls=${store}`, '--listen-peer-urls=http://127.0.0.1:2380'],
    ],
    apiserver: [
      ...[`--etcd-servers=${store}`, `--advertise-address=${nodeAddress}`, `--bind-address=${nodeAddress}`],
      ...['--secure-port=6443', `--tls-cert-file=${pki.file('apiserver.crt')}`],
      ...[`--tls-private-key-file=${pki.file('apiserver.key')}`, `--client-ca-file=${pki.file('ca.crt')}`],
      ...[`--service-account-key-file=${pki.file('accounts.pub')}`, `--service-account-issuer=${issuer}`],
      ...[`--service-account-signing-key-file=${pki.file('accounts.key')}`, '--allow-privileged=true'],
      ...[`--service-cluster-ip-range=${serviceNetwork}`, '--authorization-mode=Node,RBAC', '--profiling=false'],
      ...[`--kubelet-client-certificate=${pki.file('admin.crt')}`, `--kubelet-client-key=${pki.file('admin.key')}`],
      '--kubelet-preferred-address-types=InternalIP',
    ],
    controllerManager: [
      ...[config('controller-manager'), `--service-account-private-key-file=${pki.file('accounts.key')}`],
      ...[`--root-ca-file=${pki.file('ca.crt')}`, '--use-service-account-credentials', '--leader-elect=false'],
      ...['--bind-address=127.0.0.1', '--allocate-node-cidrs=false', ...many],
    ],
    scheduler: [config('scheduler'), '--bind-address=127.0.0.1', '--leader-elect=false', ...many],
    containerd: ['--config', at('containerd.toml')],
    kubelet: [
      ...[`--config=${at('kubelet.json')}`, config('node'), '--hostname-override=n1', `--node-ip=${nodeAddress}`],
      ...[`--root-dir=${at('kubelet')}`, '--container-runtime=remote', '--register-node=true'],
      `--container-runtime-endpoint=unix://${containerdSocket(plan)}`,
      `--volume-plugin-dir=${at('volume-plugins')}`,
    ],
    proxy: [`--config=${at('proxy.json')}`],
  };
}

const bridge = (addresses: string) => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      ...{ type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: true, hairpinMode: true },
      ipam: {
        ...{ type: 'host-local', dataDir: addresses },
        ...{ ranges: [[{ subnet: podNetwork }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

const containerdToml = ({ directory, programs, archives }: Plan): string => `version = 2
root = "${directory}/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${directory}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${archives.pause}"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${programs.plugins}"
    conf_dir = "${directory}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;

const kubelet = ({ directory, cgroup }: Plan, pki: Pki) => ({
  ...{ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' },
  address: nodeAddress,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: pki.file('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  ...{ tlsCertFile: pki.file('node.crt'), tlsPrivateKeyFile: pki.file('node.key') },
  ...{ cgroupDriver: 'cgroupfs', cgroupRoot: `/${cgroup}`, enforceNodeAllocatable: [], failSwapOn: false },
  ...{ clusterDNS: [nodeAddress], clusterDomain: 'cluster.local', resolvConf: path.join(directory, 'resolv.conf') },
  ...{ oomScoreAdj: 0, readOnlyPort: 0, healthzBindAddress: '127.0.0.1' },
  imageGCHighThresholdPercent: 100,
  // Disks of build hosts are full, and pods are not to go for that.
  evictionHard: { 'memory.available': '100Mi' },
  ...{ kubeAPIQPS: 50, kubeAPIBurst: 100 },
});

const proxy = (pki: Pki) => ({
  ...{ apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' },
  ...{ bindAddress: nodeAddress, healthzBindAddress: '127.0.0.1:10256', metricsBindAddress: '127.0.0.1:10249' },
  clientConnection: { kubeconfig: pki.kubeconfig('proxy') },
  ...{ clusterCIDR: podNetwork, hostnameOverride: 'n1', mode: 'iptables', oomScoreAdj: 0 },
  conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});
