// What was made at the first installation stays: an upgrade that changes a secret makes everything unreadable that it sealed. (A plain
// `helm upgrade` of Hydra's chart does.)
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import type { Cluster } from './cluster.fixture.js';
import { startCluster } from './cluster.fixture.js';
import type { Manifest } from './render.fixture.js';
import { chart, helm, manifestsOf, versions } from './render.fixture.js';

let cluster: Cluster;
beforeEach(async () => void (cluster = await startCluster()));
afterEach(() => cluster.stop());

/** What helm would send to the cluster, having looked at it. */
async function upgrade(version: string, ...args: string[]): Promise<Manifest[]> {
  const command = [
    'template',
    'cardea',
    chart,
    '-n',
    'identity',
    '--dry-run=server',
    // The cluster of the fixture publishes no schemas; chart.test.ts holds every object against Kubernetes' types.
    '--disable-openapi-validation',
    '--kubeconfig',
    cluster.kubeconfig,
  ];
  const { code, stdout, stderr } = await helm(version, [...command, ...args]);
  if (code !== 0) throw new Error(stderr);
  const manifests = manifestsOf(stdout);
  cluster.apply(manifests);
  return manifests;
}

const secretsOf = (manifests: readonly Manifest[]) =>
  Object.fromEntries(
    manifests.filter(({ kind }) => kind === 'Secret').map(({ metadata, data }) => [metadata.name, data ?? {}]),
  );

const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString('utf8');

describe.each(versions())('helm %s', (version) => {
  test('an upgrade, and one that changes other things, keeps every byte', async () => {
    const first = secretsOf(await upgrade(version));
    expect(Object.keys(first['cardea-secrets'] ?? {}).sort()).toEqual(
      [
        'cache-url',
        'dsn',
        'kek',
        'pairwise-salt',
        'postgresql-password',
        'queue-url',
        'redis-password',
        'system',
      ].sort(),
    );
    expect(secretsOf(await upgrade(version))).toEqual(first);
    expect(secretsOf(await upgrade(version, '--set', 'gateway.replicas=5,config.profile=oauth21'))).toEqual(first);
  });

  test('two installations share nothing', async () => {
    const first = secretsOf(await upgrade(version))['cardea-secrets'] ?? {};
    await cluster.stop();
    cluster = await startCluster();
    const second = secretsOf(await upgrade(version))['cardea-secrets'] ?? {};
    for (const name of Object.keys(first)) expect(second[name]).not.toBe(first[name]);
  });

  test('they are as long as they must be', async () => {
    const made = secretsOf(await upgrade(version))['cardea-secrets'] ?? {};
    expect(decoded(made['system'])).toMatch(/^[A-Za-z0-9]{48}$/);
    expect(Buffer.from(decoded(made['kek']), 'base64')).toHaveLength(32);
    expect(decoded(made['pairwise-salt'])).toHaveLength(32);
  });

  test('a certificate that is lost is signed anew by the same authority, the others stay', async () => {
    const first = await upgrade(version);
    const before = secretsOf(first);
    cluster.apply(first.map((each) => (each.metadata.name === 'cardea-token-tls' ? { ...each, data: {} } : each)));
    const after = secretsOf(await upgrade(version));
    expect({ ...after, 'cardea-token-tls': undefined }).toEqual({ ...before, 'cardea-token-tls': undefined });
    const authority = new X509Certificate(decoded(after['cardea-ca']?.['tls.crt']));
    const renewed = new X509Certificate(decoded(after['cardea-token-tls']?.['tls.crt']));
    expect(renewed.verify(authority.publicKey)).toBe(true);
    expect(renewed.subjectAltName).toBe('DNS:cardea-token.identity.svc');
  });

  test('they outlive an uninstallation', async () => {
    for (const { kind, metadata } of await upgrade(version)) {
      if (kind === 'Secret') expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    }
  });
});

test('with an HSM there is a secret for the record of signatures in place of a key-encryption key', async () => {
  const hsm = 'hsm.enabled=true,hsm.library=/x.so,hsm.tokenLabel=x,hsm.pin.existingSecret=pin';
  const first = secretsOf(await upgrade(versions()[0] ?? '', '--set', hsm))['cardea-secrets'] ?? {};
  expect(decoded(first['audit'])).toMatch(/^[A-Za-z0-9]{48}$/);
  expect(first['kek']).toBeUndefined();
  expect(secretsOf(await upgrade(versions()[0] ?? '', '--set', hsm))['cardea-secrets']).toEqual(first);
});

test('with secrets of the operator’s own, the chart makes none', async () => {
  const certificates = ['--set', 'mtls.mode=existingSecret,mtls.secretPrefix=internal'];
  const manifests = await upgrade(versions()[0] ?? '', '-f', `${chart}/values-ha.yaml`, ...certificates);
  expect(secretsOf(manifests)).toEqual({});
});
