// The chart renders with both helms, in every preset, to objects that a strict cluster takes; and a misspelt value is named.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Manifest } from './render.fixture.js';
import { chart, everything, helm, presets, render, versions } from './render.fixture.js';
import { problemsOf } from './strict.fixture.js';

describe.each(versions())('helm %s', (version) => {
  test('lints it', async () => {
    const { code, stdout } = await helm(version, ['lint', '--strict', chart]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  test.each([...presets, ['everything', everything] as const])(
    '%s: nothing a strict cluster would refuse',
    async (_name, args) => {
      const manifests = await render(version, args);
      expect(manifests.length).toBeGreaterThan(25);
      expect(manifests.flatMap(problemsOf)).toEqual([]);
      const names = manifests.map(({ kind, metadata: { namespace = '', name } }) => `${kind}/${namespace}/${name}`);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    },
  );

  test.each([
    ['gatway.replicas=2', 'gatway'],
    ['gateway.replcas=2', 'replcas'],
    ['config.urls.slef.issuer=https://x', 'slef'],
    ['config.ttl.acess_token=5m', 'acess_token'],
    ['token.config.oauth2.pkce.enforce=true', 'enforce'],
    // The chart fills these in, or they would stand in a ConfigMap for everybody to read.
    ['config.dsn=postgres://x', 'dsn'],
    ['config.secrets.system=abc', 'secrets'],
    ['config.peers.token.addresses={x}', 'addresses'],
    ['config.oidc.dynamic_client_registration.initial_access_token=abc', 'initial_access_token'],
    ['mtls.mode=none', 'mtls'],
    ['mtls.mode=disabled', 'mtls'],
    ['gateway.replicas=two', 'replicas'],
  ])('--set %s fails and names it', async (assignment, name) => {
    const { code, stderr } = await helm(version, ['template', 'cardea', chart, '--set', assignment]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(name)]);
  });

  test.each([
    ['bundled.enabled=false', 'database.existingSecret'],
    ['bundled.enabled=false,database.url=postgres://db/x', 'redis.existingSecret'],
    ['database.caKey=ca.crt', 'database.existingSecret'],
    ['hsm.enabled=true', 'hsm.pin.existingSecret'],
    ['hsm.enabled=true,hsm.pin.existingSecret=x', 'hsm.library'],
    ['mtls.mode=certManager', 'mtls.issuerRef.name'],
    ['mtls.mode=existingSecret', 'mtls.secretPrefix'],
    ['ingress.enabled=true', 'ingress.hosts'],
  ])('--set %s fails and says that %s is needed', async (assignment, name) => {
    const { code, stderr } = await helm(version, ['template', 'cardea', chart, '--set', assignment]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(name)]);
  });

  // From the oldest that anybody still gets fixes for to the newest there is.
  test.each(['1.25.0', '1.30.0', '1.36.0'])('Kubernetes %s gets budgets and autoscalers', async (kubernetes) => {
    const manifests = await render(version, [...everything, '--kube-version', kubernetes]);
    expect(manifests.filter(({ kind }) => kind === 'PodDisruptionBudget')).toHaveLength(5);
    expect(manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toHaveLength(3);
  });
});

describe('a strict cluster is strict about', () => {
  let manifests: Manifest[];
  beforeAll(async () => void (manifests = await render(versions()[0] ?? '', everything)));

  test.each([
    ['Deployment', 'replicas', '2', 'replicas'],
    ['Deployment', 'replcas', 2, 'replcas'],
    ['Deployment', 'selector', undefined, 'selector'],
    ['GRPCRoute', 'rules', [{ backendRefs: [{ name: 'x', port: 'grpc' }] }], 'port'],
    ['GRPCRoute', 'rules', [{ backendRfs: [] }], 'backendRfs'],
    ['HTTPRoute', 'hostnames', 'auth.example', 'hostnames'],
    ['HTTPRoute', 'parentRefs', [{ kind: 'Gateway' }], 'name'],
    ['Certificate', 'secretName', undefined, 'secretName'],
    ['Certificate', 'usages', ['signing, and all that'], 'usages'],
    ['ScaledObject', 'minReplicaCount', 'two', 'minReplicaCount'],
    ['PodMonitor', 'podMetricsEndpoint', [], 'podMetricsEndpoint'],
    ['PrometheusRule', 'groups', [{ rules: [] }], 'name'],
  ])('%s with %s: %j', (kind, field, value, named) => {
    const found = manifests.find((each) => each.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} is rendered`);
    const problems = problemsOf({ ...found, spec: { ...found.spec, [field]: value } });
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).toContain(named);
  });

  test('kinds that nobody has defined', () => {
    const stranger = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' } };
    expect(problemsOf(stranger)).toEqual(['Thing/x: nobody knows example.com/v1']);
  });
});

describe('what is rendered', () => {
  let manifests: Manifest[];
  beforeAll(async () => void (manifests = await render(versions()[0] ?? '')));
  const named = (kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name);

  test('is the same with both helms, but for what is made at random', async () => {
    const shape = (all: Manifest[]) => all.filter(({ kind }) => kind !== 'Secret');
    const [first = [], ...others] = await Promise.all(versions().map(async (version) => shape(await render(version))));
    for (const other of others) expect(other).toEqual(first);
  });

  test('balances gRPC over pods and HTTP over a Service', () => {
    for (const service of ['token', 'keys'])
      expect(named('Service', `cardea-${service}`)?.spec).toMatchObject({ clusterIP: 'None' });
    for (const service of ['gateway', 'admin'])
      expect(named('Service', `cardea-${service}`)?.spec).toMatchObject({ type: 'ClusterIP' });
  });

  test('migrates by a Job of its revision, no hook; another one where anything about it changes, for no Job may be changed', async () => {
    const jobOf = (all: Manifest[]) => all.find(({ kind }) => kind === 'Job')?.metadata;
    const job = jobOf(manifests);
    expect(job?.name).toMatch(/^cardea-migrate-1-[0-9a-f]{8}$/);
    expect(job).toEqual(expect.not.objectContaining({ annotations: expect.anything() }));
    const version = versions()[0] ?? '';
    expect(jobOf(await render(version, ['--set', 'gateway.replicas=5']))).toEqual(job);
    for (const change of ['image.tag=1.2.3', 'migrations.resources.limits.memory=1Gi', 'commonLabels.team=id'])
      expect(jobOf(await render(version, ['--set', change]))?.name).not.toBe(job?.name);
  });

  test('leaves the admin API inside', async () => {
    const all = await render(versions()[0] ?? '', everything);
    const edges = all.filter(({ kind }) => ['Ingress', 'HTTPRoute', 'GRPCRoute'].includes(kind));
    expect(edges).toHaveLength(3);
    expect(JSON.stringify(edges)).not.toContain('cardea-admin');
    expect(JSON.stringify(edges.find(({ kind }) => kind === 'GRPCRoute')?.spec)).toContain('IntrospectionService');
  });
});
