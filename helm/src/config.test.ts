// What the chart tells each service is what the service takes: every rendered file is read by Cardea's own loader, with the secrets
// that are mounted beside it, and names on both ends of each connection agree.
import { ConfigError, loadConfig } from '@cardea/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { podsOf } from './pods.fixture.js';
import type { Manifest } from './render.fixture.js';
import { chart, render, versions } from './render.fixture.js';

const version = versions()[0] ?? '';
const directory = mkdtempSync(path.join(tmpdir(), 'cardea-chart-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The configuration of a service's pod, as its process would read it. */
function configOf(manifests: readonly Manifest[], service: string) {
  const files =
    manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'cardea-config')?.data ?? {};
  const pod = podsOf(manifests).find(({ component }) => component === service);
  const made =
    manifests.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'cardea-secrets')?.data ?? {};
  const home = path.join(directory, service);
  mkdirSync(home, { recursive: true });
  const mounted = pod?.spec.volumes?.find(({ name }) => name === 'secrets')?.projected?.sources ?? [];
  for (const { secret } of mounted) {
    for (const { key, path: file } of secret?.items ?? []) {
      // An operator's own secret is not at hand: any text of its kind does.
      writeFileSync(path.join(home, file), Buffer.from(made[key] ?? btoa('an operator knows'), 'base64'));
    }
  }
  const file = path.join(home, 'cardea.yaml');
  writeFileSync(file, (files[`${service}.yaml`] ?? '').replaceAll('/etc/cardea/secrets', home));
  return loadConfig({ files: [file] });
}

describe('with everything as it comes', () => {
  let manifests: Manifest[];
  beforeAll(
    async () =>
      void (manifests = await render(version, [
        '--set',
        'adminAuthentication.kubernetes.subjects[0].serviceAccount=login,adminAuthentication.kubernetes.subjects[0].roles={login-ui}',
      ])),
  );

  test('each service listens to all and answers probes', () => {
    expect(configOf(manifests, 'gateway').serve.public).toMatchObject({ host: '0.0.0.0', port: 4444 });
    expect(configOf(manifests, 'admin').serve.admin).toMatchObject({ host: '0.0.0.0', port: 4445 });
    expect(configOf(manifests, 'token').serve.token.address).toBe('0.0.0.0:4450');
    expect(configOf(manifests, 'keys').serve.keys.address).toBe('0.0.0.0:4451');
    for (const { component, spec } of podsOf(manifests).filter(
      ({ component }) => component in configOf(manifests, 'keys').serve.management,
    )) {
      const { management } = configOf(manifests, component).serve;
      const port = spec.containers[0]?.ports?.find(({ name }) => name === 'management')?.containerPort;
      expect([component, management.host, port]).toEqual([component, '0.0.0.0', management[component as 'gateway']]);
    }
  });

  test('callers look for names that stand in certificates, and servers let in exactly those who call', () => {
    const host = (service: string) => `cardea-${service}.identity.svc`;
    for (const caller of ['gateway', 'admin', 'worker']) {
      expect(configOf(manifests, caller).peers.token).toMatchObject({
        addresses: [`${host('token')}:4450`],
        tls: { caFile: '/etc/cardea/tls/ca.crt' },
      });
    }
    for (const caller of ['token', 'admin'])
      expect(configOf(manifests, caller).peers.keys.addresses).toEqual([`${host('keys')}:4451`]);
    expect(configOf(manifests, 'token').serve.token.allow).toMatchObject({
      gateway: [host('gateway')],
      admin: [host('admin')],
      worker: [host('worker')],
      introspection: [host('test')],
    });
    expect(configOf(manifests, 'keys').serve.keys.allow).toMatchObject({
      token: [host('token')],
      admin: [host('admin')],
    });
  });

  test('secrets are found where they are mounted, and nowhere else', () => {
    expect(configOf(manifests, 'token')).toMatchObject({
      dsn: expect.stringMatching(/^postgres:\/\/cardea:\w{32}@cardea-postgresql\.identity\.svc:5432\/cardea$/),
      redis: { url: expect.stringContaining('@cardea-redis.identity.svc:6379') },
      secrets: { system: [expect.stringMatching(/^\w{48}$/)] },
      keys: { kek: [] },
    });
    // Who seals anew needs what the token services seal with.
    expect(configOf(manifests, 'worker').secrets).toEqual(configOf(manifests, 'token').secrets);
    expect(configOf(manifests, 'keys')).toMatchObject({ keys: { kek: [expect.any(String)] }, secrets: { system: [] } });
    for (const service of ['gateway', 'admin']) {
      expect(configOf(manifests, service).dsn).toBeUndefined();
      expect(configOf(manifests, service).redis).toEqual({});
      expect(configOf(manifests, service)).toMatchObject({
        secrets: { system: [] },
        keys: { kek: [] },
      });
    }
  });

  test('the admin API takes tokens of named service accounts', () => {
    const { jwt } = configOf(manifests, 'admin').serve.admin.authentication;
    expect(jwt).toMatchObject({ audience: 'cardea-admin', tokenFile: '/var/run/cardea/api-server/token' });
    expect(jwt.subjects).toEqual([
      { subject: 'system:serviceaccount:identity:cardea-test', roles: ['login-ui', 'introspector', 'operator'] },
      { subject: 'system:serviceaccount:identity:login', roles: ['login-ui'] },
    ]);
  });
});

test('the controller is told where it serves, where the API servers are and what proves it', async () => {
  const manifests = await render(version, ['--set', 'clientResources.enabled=true,adminTls.enabled=true']);
  const { controller, serve } = configOf(manifests, 'controller');
  expect(controller).toMatchObject({
    namespaces: ['identity'],
    groups: ['hydra.ory.sh', 'cardea.dev'],
    resyncPeriod: 300_000,
    admin: {
      url: 'https://cardea-admin.identity.svc:4445',
      caFile: '/etc/cardea/admin-tls/ca.crt',
      tokenFile: '/var/run/cardea/admin/token',
    },
    kubernetes: { url: 'https://kubernetes.default.svc', tokenFile: '/var/run/cardea/api-server/token' },
  });
  expect(serve.management).toMatchObject({ host: '0.0.0.0', controller: 4465 });
  expect(configOf(manifests, 'admin').serve.admin.authentication.jwt.subjects).toContainEqual({
    subject: 'system:serviceaccount:identity:cardea-controller',
    roles: ['client-operator'],
  });
});

test('with pairwise subjects every service takes its settings, and the salt is with token alone', async () => {
  const pairwise = 'config.oidc.subject_identifiers.supported_types={public,pairwise}';
  const manifests = await render(version, ['--set', `${pairwise},clientResources.enabled=true`]);
  const salted = ['gateway', 'admin', 'token', 'worker', 'keys', 'controller', 'migrations'].filter(
    (service) => configOf(manifests, service).oidc.subjectIdentifiers.pairwise.salt !== undefined,
  );
  expect(salted).toEqual(['token']);
  expect(configOf(manifests, 'token').oidc.subjectIdentifiers.supportedTypes).toEqual(['public', 'pairwise']);
});

test('internal services introspect by the names of their certificates', async () => {
  const args = ['--set', 'introspection.callers={spiffe://cluster/ns/shop/sa/orders},tests.grpc=false'];
  const { allow } = configOf(await render(version, args), 'token').serve.token;
  expect(allow.introspection).toEqual(['spiffe://cluster/ns/shop/sa/orders']);
});

test('a service’s own settings win over those of all, and the chart’s over both', async () => {
  const manifests = await render(version, [
    ...['--set', 'config.log.level=warn,token.config.log.level=debug,config.urls.login=https://login.example/'],
  ]);
  expect(configOf(manifests, 'gateway').log.level).toBe('warn');
  expect(configOf(manifests, 'token').log.level).toBe('debug');
  expect(configOf(manifests, 'token').urls.login).toBe('https://login.example/');
});

test('with an HSM keys are told where it is', async () => {
  const manifests = await render(version, ['-f', `${chart}/values-hsm.yaml`]);
  expect(configOf(manifests, 'keys').hsm).toMatchObject({
    enabled: true,
    library: '/pkcs11/libpkcs11.so',
    tokenLabel: 'cardea',
    sessions: 16,
  });
  // Without it, no other replica could answer a request that comes again.
  expect(configOf(manifests, 'keys').keys.audit.secret).toHaveLength(1);
});

test('what is no setting is refused by the loader too', () => {
  const file = path.join(directory, 'wrong.yaml');
  writeFileSync(file, 'urls: {slef: {}}\n');
  expect(() => loadConfig({ files: [file] })).toThrow(ConfigError);
});
