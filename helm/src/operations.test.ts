// What keeps services up while pods and nodes come and go, and what watches them: lines of the comparison with Ory's chart
// (docs/kubernetes.md) that no other test holds.
import { describe, expect, test } from '@jest/globals';
import { containersOf, podsOf } from './pods.fixture.js';
import type { Manifest } from './render.fixture.js';
import { chart, everything, render, versions } from './render.fixture.js';

const services = ['gateway', 'admin', 'token', 'worker', 'keys'];
const version = versions()[0] ?? '';
const ofKind = (manifests: readonly Manifest[], wanted: string) => manifests.filter(({ kind }) => kind === wanted);
const deployments = (manifests: readonly Manifest[]) =>
  Object.fromEntries(
    ofKind(manifests, 'Deployment')
      .filter(({ metadata: { labels } }) => services.includes(labels?.['app.kubernetes.io/component'] ?? ''))
      .map(({ metadata, spec }) => [metadata.name.replace('cardea-', ''), spec]),
  );
const ofEach = <T>(value: T) => Object.fromEntries(services.map((service) => [service, value]));

describe('workloads', () => {
  test('five Deployments of two replicas, of one on a laptop; a new pod is ready before an old one goes', async () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
    expect(deployments(await render(version))).toMatchObject(ofEach({ replicas: 2, strategy }));
    const laptop = await render(version, ['-f', `${chart}/values-dev.yaml`]);
    expect(deployments(laptop)).toMatchObject(ofEach({ replicas: 1 }));
    expect(ofKind(laptop, 'PodDisruptionBudget')).toEqual([]);
  });

  test('one pod of a service at a time may be taken away', async () => {
    const budgets = ofKind(await render(version), 'PodDisruptionBudget');
    expect(Object.fromEntries(budgets.map(({ metadata: { name }, spec }) => [name, spec]))).toMatchObject(
      Object.fromEntries(services.map((service) => [`cardea-${service}`, { maxUnavailable: 1 }])),
    );
  });

  test('they scale by CPU where that is asked for, and then nobody else says how many there are', async () => {
    expect(ofKind(await render(version), 'HorizontalPodAutoscaler')).toEqual([]);
    const scaled = await render(version, ['-f', `${chart}/values-ha.yaml`]);
    const names = ofKind(scaled, 'HorizontalPodAutoscaler').map(({ metadata }) => metadata.name);
    expect(names.sort()).toEqual(['cardea-gateway', 'cardea-keys', 'cardea-token']);
    for (const name of ['gateway', 'keys', 'token']) expect(deployments(scaled)[name]).not.toHaveProperty('replicas');
  });

  test('softly over zones and hosts, unless somebody says otherwise', async () => {
    const spreadOf = (manifests: Manifest[]) =>
      podsOf(manifests)
        .filter(({ component }) => services.includes(component))
        .map(({ spec }) => (spec as { topologySpreadConstraints?: unknown }).topologySpreadConstraints);
    const soft = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) =>
      expect.objectContaining({ topologyKey, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 }),
    );
    expect(spreadOf(await render(version))).toEqual(services.map(() => soft));
    const own = 'defaults.topologySpreadConstraints[0].topologyKey=rack';
    expect(spreadOf(await render(version, ['--set', own]))).toEqual(services.map(() => [{ topologyKey: 'rack' }]));
  });

  test('no pod is throttled, and none asks for an SELinux level of its own', async () => {
    const pods = podsOf(await render(version, everything));
    for (const { resources } of pods.flatMap(containersOf)) expect(resources?.limits).not.toHaveProperty('cpu');
    expect(JSON.stringify(pods)).not.toContain('seLinux');
  });
});

describe('observability', () => {
  test('one PodMonitor finds every service, by a port that each has', async () => {
    const manifests = await render(version, everything);
    const [monitor, ...others] = ofKind(manifests, 'PodMonitor');
    expect(others).toEqual([]);
    const { selector, podMetricsEndpoints } = monitor?.spec as {
      readonly selector: { readonly matchLabels: Record<string, string> };
      readonly podMetricsEndpoints: readonly { readonly port: string }[];
    };
    const found = podsOf(manifests).filter(({ labels }) =>
      Object.entries(selector.matchLabels).every(([name, value]) => labels[name] === value),
    );
    expect(found.map(({ component }) => component)).toEqual(expect.arrayContaining([...services, 'controller']));
    const watched = found.filter(({ component }) => [...services, 'controller'].includes(component));
    for (const { spec } of watched)
      expect(spec.containers[0]?.ports?.map(({ name }) => name)).toContain(podMetricsEndpoints[0]?.port);
  });

  test('rules and a dashboard, which Grafana finds by its label', async () => {
    const manifests = await render(version, [
      ...everything,
      '--set',
      'monitoring.rules.runbooks=https://docs.example/r',
    ]);
    const [rules] = ofKind(manifests, 'PrometheusRule');
    expect(JSON.stringify(rules?.spec)).toContain('https://docs.example/r#');
    const dashboards = ofKind(manifests, 'ConfigMap').filter(({ metadata }) => metadata.labels?.['grafana_dashboard']);
    const boards = dashboards.flatMap(({ data = {} }) => Object.values(data)).map((text) => JSON.parse(text) as object);
    expect(boards).toEqual([
      expect.objectContaining({ title: expect.stringContaining('Cardea'), panels: expect.anything() }),
    ]);
  });
});
