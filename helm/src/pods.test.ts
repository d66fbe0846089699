// Every pod is what Pod Security calls "restricted", and more: nothing writable, no token of the cluster, secrets as files and only
// its own.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from './pods.fixture.js';
import { containersOf, podsOf } from './pods.fixture.js';
import { chart, presets, render, versions } from './render.fixture.js';

const services = ['gateway', 'admin', 'token', 'worker', 'keys'];
const version = versions()[0] ?? '';

describe.each(presets)('%s', (_name, args) => {
  let pods: Pod[];
  beforeAll(async () => void (pods = podsOf(await render(version, args))));

  test('every service and the migrations have pods', () => {
    expect(pods.map(({ component }) => component)).toEqual(expect.arrayContaining([...services, 'migrations']));
  });

  test('restricted (Pod Security Standards), and a root that nobody writes', () => {
    for (const pod of pods) {
      expect(pod.spec.hostNetwork).toBeUndefined();
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of containersOf(pod)) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('no token of the cluster but where admin asks for public keys', () => {
    for (const { component, spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false);
      const tokens = JSON.stringify(spec.volumes).includes('serviceAccountToken');
      expect([component, tokens]).toEqual([component, component === 'admin' || component === 'test']);
    }
  });

  test('nothing secret in the environment', () => {
    for (const container of pods.flatMap(containersOf)) {
      for (const { name, valueFrom } of container.env ?? []) {
        expect(valueFrom).toBeUndefined();
        expect(name).not.toMatch(/(PASSWORD|SECRET|TOKEN|KEY|DSN|PIN)$/);
      }
    }
  });

  test('resources are asked for and memory is bounded', () => {
    for (const { resources } of pods.flatMap(containersOf)) {
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  test('all three probes on each service, and a protocol on each port', () => {
    for (const pod of pods.filter(({ component }) => services.includes(component))) {
      const container = pod.spec.containers[0];
      expect([container?.startupProbe, container?.readinessProbe, container?.livenessProbe]).not.toContain(undefined);
      for (const { protocol } of container?.ports ?? []) expect(protocol).toBe('TCP');
    }
  });

  test('a database that is away ends no pod, not even one that is just starting', () => {
    for (const { component, spec } of pods.filter((pod) => services.includes(pod.component))) {
      const { startupProbe, livenessProbe } = spec.containers[0] ?? {};
      for (const probe of [startupProbe, livenessProbe])
        expect([component, probe]).toEqual([
          component,
          expect.objectContaining({ httpGet: { path: '/health/alive', port: 'management' } }),
        ]);
    }
  });
});

/** The files below /etc/cardea/secrets, by component. */
const secretsOf = (pods: readonly Pod[]) =>
  Object.fromEntries(
    pods
      .filter(({ component }) => [...services, 'migrations'].includes(component))
      .map(({ component, spec }) => [
        component,
        (spec.volumes ?? [])
          .filter(({ name }) => name === 'secrets')
          .flatMap(({ projected }) => (projected?.sources ?? []).flatMap(({ secret }) => secret?.items ?? []))
          .map(({ path }) => path),
      ]),
  );

describe('each secret has one owner', () => {
  test('with sealed software keys', async () => {
    expect(secretsOf(podsOf(await render(version)))).toEqual({
      gateway: [],
      admin: [],
      token: ['dsn', 'cache-url', 'queue-url', 'system'],
      worker: ['dsn', 'cache-url', 'queue-url', 'system'],
      keys: ['dsn', 'kek'],
      migrations: ['dsn', 'kek'],
    });
  });

  test('with an HSM no key-encryption key is there at all, and the PIN and the library reach keys alone', async () => {
    const pods = podsOf(await render(version, presets[3]?.[1]));
    expect(secretsOf(pods)).toMatchObject({
      keys: ['dsn', 'pin', 'audit'],
      migrations: ['dsn', 'pin', 'audit'],
      token: expect.not.arrayContaining(['pin']),
    });
    const withLibrary = pods.filter((pod) => containersOf(pod).some(({ image }) => image.includes('pkcs11')));
    expect(withLibrary.map(({ component }) => component).sort()).toEqual(['keys', 'migrations']);
  });

  test('a salt is mounted where subjects are pairwise', async () => {
    const args = ['--set', 'config.oidc.subject_identifiers.supported_types={public,pairwise}'];
    expect(secretsOf(podsOf(await render(version, args)))['token']).toContain('pairwise-salt');
  });

  test('each service has its own certificate and the key of no authority', async () => {
    const pods = podsOf(await render(version)).filter(({ component }) => services.includes(component));
    const mounted = pods.map(({ spec }) => spec.volumes?.find(({ name }) => name === 'tls')?.secret?.secretName);
    expect(mounted).toEqual(pods.map(({ component }) => `cardea-${component}-tls`));
  });

  test('the authority of PostgreSQL is where the DSN says, in every pod that has one and no other', async () => {
    const own = ['--set', 'database.existingSecret=db,database.caKey=ca.crt'];
    const files = secretsOf(podsOf(await render(version, own)));
    for (const service of ['token', 'worker', 'keys', 'migrations'])
      expect(files[service]).toContain('postgresql-ca.crt');
    for (const service of ['gateway', 'admin']) expect(files[service]).toEqual([]);
  });

  test('a role of its own in the database, where one is given', async () => {
    const own = 'database.perService.keys.existingSecret=keys-db,database.perService.keys.key=url';
    const pods = podsOf(await render(version, ['-f', `${chart}/values-ha.yaml`, '--set', own]));
    const keys = JSON.stringify(pods.find(({ component }) => component === 'keys')?.spec.volumes);
    expect(keys).toContain('{"name":"keys-db","items":[{"key":"url","path":"dsn"}]}');
    expect(JSON.stringify(pods.find(({ component }) => component === 'token')?.spec.volumes)).toContain(
      'cardea-postgresql',
    );
  });
});
