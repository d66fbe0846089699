// The network is the trust map and nothing else: every edge that must be, every edge that must not (security §2.6).
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { End } from './network.fixture.js';
import { reaches } from './network.fixture.js';
import { podsOf } from './pods.fixture.js';
import type { Manifest } from './render.fixture.js';
import { presets, render, versions } from './render.fixture.js';

const version = versions()[0] ?? '';

/** Who listens where; and from whom, to whom, on which port: all there is inside the release. A real cluster is held against it too. */
const map = JSON.parse(readFileSync(new URL('trust-map.json', import.meta.url), 'utf8')) as {
  readonly listeners: Readonly<Record<string, readonly number[]>>;
  readonly edges: readonly string[];
};
const edges = new Set(map.edges);

describe('I05: with everything in one namespace', () => {
  let manifests: Manifest[];
  const labels: Record<string, Record<string, string>> = {};
  beforeAll(async () => {
    manifests = await render(version, ['--set', 'clientResources.enabled=true']);
    for (const pod of podsOf(manifests)) labels[pod.component] = pod.labels;
  });
  const pod = (component: string): End => ({ labels: labels[component] ?? {} });
  const stranger: End = { labels: { app: 'somebody' } };
  const scraper: End = { labels: {}, namespace: { 'kubernetes.io/metadata.name': 'monitoring' } };
  const internet: End = { address: '203.0.113.7' };

  const all = [...Object.keys(map.listeners), 'migrations', 'test'].flatMap((from) =>
    Object.entries(map.listeners)
      .filter(([to]) => to !== from)
      .flatMap(([to, ports]) => ports.map((port) => [from, to, port] as const)),
  );

  test('of every pod there is a row', () => {
    expect(Object.keys(labels).sort()).toEqual([...Object.keys(map.listeners), 'migrations', 'test'].sort());
  });
  test.each(all)('%s to %s on %i', (from, to, port) => {
    // The gateway is open to everybody by default, and nobody of the release has a way out to it but `helm test`.
    expect(reaches(manifests, pod(from), pod(to), port)).toBe(edges.has(`${from}>${to}:${String(port)}`));
  });

  test.each([
    ['the internet to the gateway', internet, pod, 'gateway', 4444, true],
    ['the internet to admin', internet, pod, 'admin', 4445, false],
    ['the internet to token', internet, pod, 'token', 4450, false],
    ['a pod of the namespace to admin', stranger, pod, 'admin', 4445, false],
    ['a pod of the namespace to token', stranger, pod, 'token', 4450, false],
    ['a pod of the namespace to keys', stranger, pod, 'keys', 4451, false],
    ['a pod of the namespace to PostgreSQL', stranger, pod, 'postgresql', 5432, false],
    ['the scraper to metrics of keys', scraper, pod, 'keys', 4464, true],
    ['the scraper to the signer', scraper, pod, 'keys', 4451, false],
  ] as const)('%s', (_what, from, to, component, port, expected) => {
    expect(reaches(manifests, from, to(component), port)).toBe(expected);
  });

  test('a login app that says so reaches admin', () => {
    const app: End = { labels: { 'cardea.dev/admin-client': 'true' } };
    expect(reaches(manifests, app, pod('admin'), 4445)).toBe(true);
    expect(reaches(manifests, app, pod('keys'), 4451)).toBe(false);
  });

  test.each([
    ['token', '203.0.113.7', 443, true],
    ['worker', '203.0.113.7', 443, true],
    ['token', '10.0.0.9', 443, false],
    // What clouds tell whoever asks.
    ['token', '169.254.169.254', 443, false],
    ['token', '169.254.169.254', 80, false],
    ['gateway', '203.0.113.7', 443, false],
    ['keys', '203.0.113.7', 443, false],
    ['migrations', '203.0.113.7', 443, false],
    ['admin', '10.0.0.1', 443, true],
  ] as const)('%s out to %s:%i', (component, address, port, expected) => {
    expect(reaches(manifests, pod(component), { address }, port)).toBe(expected);
  });
});

test('traces reach their collector from every service, where one is named, and nothing else does', async () => {
  const collector: End = { labels: { app: 'otel' }, namespace: { name: 'telemetry' } };
  const otlp = 'networkPolicy.otlpTo[0].namespaceSelector.matchLabels.name=telemetry,clientResources.enabled=true';
  const reaching = async (args: readonly string[]) => {
    const manifests = await render(version, args);
    const all = podsOf(manifests).filter(({ labels }) => reaches(manifests, { labels }, collector, 4318));
    return all.map(({ component }) => component).sort();
  };
  expect(await reaching(['--set', otlp])).toEqual(['admin', 'controller', 'gateway', 'keys', 'token', 'worker']);
  expect(await reaching([])).toEqual([]);
});

test('keys reach their HSM, and others do not', async () => {
  const manifests = await render(version, presets[3]?.[1]);
  const hsm: End = { address: '10.20.30.40' };
  const reaching = podsOf(manifests).filter(({ labels }) => reaches(manifests, { labels }, hsm, 1792));
  expect(reaching.map(({ component }) => component).sort()).toEqual(['keys', 'migrations']);
});
