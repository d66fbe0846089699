// As much of a Kubernetes API as helm's `lookup` asks for: which kinds there are, and the secrets of a namespace. A whole cluster is
// the business of `npm run test:cluster`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Manifest } from './render.fixture.js';

export interface Cluster {
  readonly kubeconfig: string;
  /** What was applied: the next lookup finds it. */
  apply(manifests: readonly Manifest[]): void;
  stop(): Promise<void>;
}

/** The kinds that the chart uses without custom resources. */
const kinds: Record<string, readonly string[]> = {
  v1: ['Secret', 'ConfigMap', 'Service', 'ServiceAccount', 'Pod'],
  'apps/v1': ['Deployment', 'StatefulSet'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'batch/v1': ['Job'],
  'networking.k8s.io/v1': ['NetworkPolicy', 'Ingress'],
  'policy/v1': ['PodDisruptionBudget'],
};

const plural = (kind: string) => `${kind.toLowerCase().replace(/y$/, 'ie')}s`;
const resourcesOf = (groupVersion: string) => ({
  kind: 'APIResourceList',
  groupVersion,
  resources: (kinds[groupVersion] ?? []).map((kind) => ({
    name: plural(kind),
    singularName: kind.toLowerCase(),
    namespaced: true,
    kind,
    verbs: ['get', 'list', 'create', 'patch'],
  })),
});
const groups = Object.keys(kinds).filter((groupVersion) => groupVersion !== 'v1');
const documents: Record<string, object> = {
  '/version': { major: '1', minor: '34', gitVersion: 'v1.34.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/api/v1': resourcesOf('v1'),
  '/apis': {
    kind: 'APIGroupList',
    groups: groups.map((groupVersion) => {
      const [name, version] = groupVersion.split('/');
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
    }),
  },
  ...Object.fromEntries(groups.map((groupVersion) => [`/apis/${groupVersion}`, resourcesOf(groupVersion)])),
};

export async function startCluster(): Promise<Cluster> {
  const secrets = new Map<string, Manifest>();
  const server = createServer((request, response) => {
    const where = (request.url ?? '').split('?')[0] ?? '';
    const secret = /^\/api\/v1\/namespaces\/identity\/secrets\/([^/]+)$/.exec(where)?.[1];
    const found = secret === undefined ? documents[where] : secrets.get(secret);
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(found ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const directory = mkdtempSync(path.join(tmpdir(), 'cardea-chart-'));
  const kubeconfig = path.join(directory, 'config');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster: { server: url } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
      users: [{ name: 'me', user: {} }],
      'current-context': 'here',
    }),
  );
  return {
    kubeconfig,
    apply(manifests) {
      for (const manifest of manifests)
        if (manifest.kind === 'Secret') secrets.set(manifest.metadata.name, owned(manifest));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

/** As helm marks what it applies. */
function owned({ metadata, ...rest }: Manifest): Manifest {
  const release = { 'meta.helm.sh/release-name': 'cardea', 'meta.helm.sh/release-namespace': 'identity' };
  return { ...rest, metadata: { ...metadata, annotations: { ...metadata.annotations, ...release } } };
}
