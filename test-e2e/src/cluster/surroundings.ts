// What is around a release in somebody's cluster: a volume for the bundled PostgreSQL, an edge, a login app with an account of its own,
// and an operator's account.
import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { KubeApi } from './api.js';
import type { Plan } from './plan.js';
import { namespace, nodeAddress, nodePorts, release } from './plan.js';
import { registry } from './archives.js';
import { resyncPeriod } from './client-resources.js';

export const issuer = `http://${nodeAddress}:${String(nodePorts.gateway)}`;
export const adminUrl = `http://${nodeAddress}:${String(nodePorts.admin)}`;
export const loginUrl = `http://${nodeAddress}:${String(nodePorts.login)}`;
const audience = 'cardea-admin';

/** What `helm install` is told beside the chart's own defaults, which are two replicas of each service. */
export const valuesOf = ({ archives }: Plan) => ({
  config: {
    // Browsers come by plain http here.
    dev: true,
    urls: {
      self: { issuer },
      ...{ login: `${loginUrl}/login`, consent: `${loginUrl}/consent`, logout: `${loginUrl}/logout` },
    },
  },
  image: { registry, tag: archives.tag },
  bundled: { postgresql: { image: archives.stores }, redis: { image: archives.stores } },
  clientResources: { enabled: true, resyncPeriod },
  adminAuthentication: {
    kubernetes: {
      subjects: [
        { serviceAccount: 'login-app', roles: ['login-ui'] },
        { serviceAccount: 'operator', roles: ['operator', 'introspector', 'key-operator', 'auditor'] },
      ],
    },
  },
});

export async function makeSurroundings(plan: Plan, api: KubeApi): Promise<void> {
  const home = `/api/v1/namespaces/${namespace}`;
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  await api.call('POST', '/api/v1/persistentvolumes', volume(plan.directory));
  for (const name of ['login-app', 'operator']) {
    await api.call('POST', `${home}/serviceaccounts`, { metadata: { name } });
  }
  for (const service of ['gateway', 'admin'] as const) {
    const selector = { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': service };
    await api.call('POST', `${home}/services`, edge(service, selector, service === 'gateway' ? 4444 : 4445));
  }
  await api.call('POST', `${home}/services`, edge('login', { app: 'login-app' }, 3000));
  await api.call('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, loginApp(plan));
}

function volume(directory: string) {
  const place = path.join(directory, 'volume');
  mkdirSync(place);
  // A path of the host belongs to whom it belongs to: no fsGroup changes that.
  chownSync(place, 999, 999);
  return {
    metadata: { name: 'postgresql' },
    spec: {
      ...{ capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: place } },
      persistentVolumeReclaimPolicy: 'Retain',
    },
  };
}

const edge = (name: keyof typeof nodePorts, selector: Readonly<Record<string, string>>, port: number) => ({
  metadata: { name: `edge-${name}` },
  spec: { type: 'NodePort', selector, ports: [{ port, nodePort: nodePorts[name], protocol: 'TCP' }] },
});

/** As docs/kubernetes.md tells login apps: a token of the account's own, for the admin API, as a file. */
function loginApp({ archives }: Plan) {
  const labels = { app: 'login-app', 'cardea.dev/admin-client': 'true' };
  const environment = {
    ...{ LOGIN_HOST: '0.0.0.0', PUBLIC_URL: loginUrl, ADMIN_KEY_FILE: '/var/run/cardea/token' },
    ADMIN_URL: `http://${release}-admin.${namespace}.svc:4445`,
  };
  return {
    metadata: { name: 'login-app' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...{ serviceAccountName: 'login-app', automountServiceAccountToken: false, enableServiceLinks: false },
          securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
          containers: [
            {
              ...{ name: 'login', image: `${registry}cardea/demo-login:${archives.tag}` },
              env: Object.entries(environment).map(([name, value]) => ({ name, value })),
              readinessProbe: { httpGet: { path: '/health', port: 3000 }, periodSeconds: 2 },
              volumeMounts: [{ name: 'cardea', mountPath: '/var/run/cardea', readOnly: true }],
            },
          ],
          volumes: [
            {
              name: 'cardea',
              projected: { sources: [{ serviceAccountToken: { path: 'token', audience, expirationSeconds: 7200 } }] },
            },
          ],
        },
      },
    },
  };
}

/** A token of the operator's account, for the admin API. */
export async function operatorToken(api: KubeApi): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/operator/token`;
  const { status } = await api.call<{ readonly status: { readonly token: string } }>('POST', path, {
    spec: { audiences: [audience], expirationSeconds: 7200 },
  });
  return status.token;
}
