// Who may call what, with real services over mutual TLS: each certificate name opens its own methods and no other, unary and
// over the stream, and the main job still works (ARCHITECTURE §1, security catalogue TB3-TB5, I02).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as rp from 'openid-client';
import { createBrowserSession } from './browser-session.js';
import type { CertificateFiles } from './certificates.js';
import { createAuthority } from './certificates.js';
import type { CreatedClient } from './clients.js';
import { callback, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { freeBase, startDemo } from './demo.js';
import { createCaller, methodsOf, tlsCredentials } from './grpc.js';
import { authorize } from './login-app.js';
import type { Served } from './processes.js';
import { root, serve } from './processes.js';

const names = {
  gateway: { uri: 'spiffe://cardea.test/gateway' },
  admin: { dns: 'admin.cardea.test' },
  token: { uri: 'spiffe://cardea.test/token' },
  keys: { uri: 'spiffe://cardea.test/keys' },
  orders: { uri: 'spiffe://cardea.test/orders' },
  worker: { uri: 'spiffe://cardea.test/worker' },
  prober: { dns: 'prober.cardea.test' },
  /** Looks like somebody, but only where nobody looks: the common name, a wildcard, another letter case. */
  mimic: { dns: '*.cardea.test', uri: 'spiffe://cardea.test/Token', commonName: 'spiffe://cardea.test/token' },
} as const;
type Who = keyof typeof names;
const everybody = Object.keys(names) as Who[];

let demo: Demo;
let files: Record<Who, CertificateFiles>;
let foreign: CertificateFiles;
let address: { token: string; keys: string };
let publicUrl: string;
let adminUrl: string;
const services: Served[] = [];

// PostgreSQL, its schema and the first keys are a demo's; the services in front of it are our own, with certificates.
beforeAll(async () => {
  demo = await startDemo({ env: { HSM_ENABLED: 'false' } });
  const directory = path.join(demo.home, 'mtls');
  mkdirSync(directory);
  const authority = createAuthority(directory);
  files = Object.fromEntries(everybody.map((who) => [who, authority.issue(who, names[who])])) as typeof files;
  foreign = {
    ...createAuthority(directory, 'other-ca').issue('foreign', names.token),
    ca_file: files.token.ca_file,
  };

  const base = await freeBase();
  const local = (offset: number) => `127.0.0.1:${String(base + offset)}`;
  address = { token: local(2), keys: local(3) };
  publicUrl = `http://${local(0)}`;
  adminUrl = `http://${local(1)}`;
  const settings = (who: 'gateway' | 'admin' | 'token' | 'keys') => {
    const management = { gateway: base + 10, admin: base + 11, token: base + 12, worker: base + 13, keys: base + 14 };
    const config = {
      serve: {
        public: { port: base },
        admin: { port: base + 1 },
        management,
        token: {
          address: address.token,
          ...(who === 'token' && { tls: files.token }),
          allow: {
            gateway: [names.gateway.uri],
            admin: [names.admin.dns],
            introspection: [names.orders.uri],
            worker: [names.worker.uri],
          },
        },
        keys: {
          address: address.keys,
          ...(who === 'keys' && { tls: files.keys }),
          allow: { token: [names.token.uri], admin: [names.admin.dns], prober: [names.prober.dns] },
        },
      },
      peers: {
        ...(who !== 'token' && { token: { tls: files[who] } }),
        ...(who === 'token' && { keys: { tls: files.token } }),
      },
      urls: { self: { issuer: publicUrl, admin: adminUrl } },
    };
    const file = path.join(directory, `${who}.yaml`);
    // YAML contains JSON.
    writeFileSync(file, JSON.stringify(config, null, 2));
    return file;
  };
  const given = (name: string) => path.join(demo.home, 'config', `${name}.yaml`);
  for (const [who, offset, own] of [
    ['keys', 14, [given('keys')]],
    ['token', 12, [given('token')]],
    ['admin', 11, []],
    ['gateway', 10, []],
  ] as const) {
    const configs = [given('shared'), ...own, settings(who)];
    services.push(await serve(who, configs, `http://${local(offset)}/health/ready`));
  }
}, 200_000);

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await demo.stop();
}, 60_000);

/** Whom each service of the contracts admits, method by method where they differ. */
const table: readonly (readonly [
  server: 'token' | 'keys',
  service: string,
  admitted: readonly Who[],
  except?: Record<string, readonly Who[]>,
])[] = [
  ['keys', 'cardea.keys.v1.SigningService', ['token'], { ListPublicKeys: ['token', 'admin', 'prober'] }],
  ['keys', 'cardea.keys.v1.KeyAdminService', ['admin']],
  ['keys', 'cardea.keys.v1.JsonWebKeyService', ['admin']],
  ['keys', 'cardea.keys.v1.SignatureRecordService', ['token']],
  ['keys', 'cardea.keys.v1.KeyChangeService', ['token']],
  // Passed on: workers have no way to the keys service.
  ['token', 'cardea.keys.v1.SignatureRecordService', ['worker']],
  ['token', 'cardea.token.v1.TokenService', ['gateway']],
  ['token', 'cardea.authorization.v1.AuthorizationService', ['gateway']],
  ['token', 'cardea.authorization.v1.InteractionService', ['admin']],
  ['token', 'cardea.client.v1.ClientService', ['admin']],
  ['token', 'cardea.client.v1.ClientRegistrationService', ['gateway']],
  ['token', 'cardea.client.v1.ClientOriginService', ['gateway']],
  ['token', 'cardea.trust.v1.TrustedIssuerService', ['admin']],
  ['token', 'cardea.audit.v1.AuditService', ['admin']],
  ['token', 'cardea.audit.v1.EventStreamService', ['admin']],
  ['token', 'cardea.audit.v1.SignatureFindingService', ['admin']],
  ['token', 'cardea.job.v1.JobService', ['admin']],
  ['token', 'cardea.session.v1.SessionService', ['admin']],
  ['token', 'cardea.session.v1.LogoutDeliveryService', ['worker']],
  ['token', 'cardea.token.v1.IntrospectionService', ['admin', 'orders']],
];

test('the table names every service of the contracts', () => {
  const files = readdirSync(path.join(root, 'proto/cardea'), { recursive: true, encoding: 'utf8' });
  const declared = files
    .filter((file) => file.endsWith('.proto'))
    .map((file) => readFileSync(path.join(root, 'proto/cardea', file), 'utf8'))
    .flatMap((text) => {
      const [, room = ''] = /^package ([\w.]+);/m.exec(text) ?? [];
      return [...text.matchAll(/^service (\w+)/gm)].map(([, name = '']) => `${room}.${name}`);
    })
    // What carries the calls of the others has no methods of its own to allow.
    .filter((name) => name !== 'cardea.rpc.v1.StreamService');
  expect([...new Set(table.map(([, service]) => service))].sort()).toEqual(declared.sort());
});

describe.each(everybody)('the certificate of %s', (who) => {
  test.each(table)('at the %s service, to %s', async (server, service, admitted, except = {}) => {
    const caller = createCaller(address[server], tlsCredentials(files[who]));
    for (const [name, method] of Object.entries(methodsOf(service))) {
      const welcome = (except[name] ?? admitted).includes(who);
      for (const end of [await caller.unary(method), await caller.streamed(method)]) {
        // 7 is PERMISSION_DENIED; a method that was let in may dislike an empty request, but it says so itself.
        expect({ name, ...end }).toMatchObject(welcome ? { name, served: true } : { name, served: false, code: 7 });
      }
    }
    caller.close();
  });
});

describe('the transport', () => {
  test.each(['token', 'keys'] as const)('of the %s service refuses who has no certificate of ours', async (server) => {
    const method = methodsOf('grpc.health.v1.Health')['Check'];
    if (method === undefined) throw new Error('no health check in the contract');
    const good = createCaller(address[server], tlsCredentials(files.orders));
    expect((await good.unary(method)).response).toMatchObject({ status: 'SERVING' });
    const wrong = createCaller(address[server], tlsCredentials(foreign));
    const plain = createCaller(address[server]);
    // 14 is UNAVAILABLE: the handshake never ends well.
    expect((await wrong.unary(method)).code).toBe(14);
    expect((await plain.unary(method)).code).toBe(14);
    for (const caller of [good, wrong, plain]) caller.close();
  });
});

describe('the way to a signature (security §2.3, the walk of Boulder’s TestServiceAuthChecker)', () => {
  const sign = methodsOf('cardea.keys.v1.SigningService')['SignIdToken'];
  const create = methodsOf('cardea.keys.v1.KeyAdminService')['CreateKey'];
  const authorityOnly = () => grpc.credentials.createSsl(readFileSync(files.token.ca_file));
  // 14, UNAVAILABLE: the handshake never ends well. 7, PERMISSION_DENIED. 3, INVALID_ARGUMENT: the signer's own word.
  const steps: readonly (readonly [string, () => grpc.ChannelCredentials | undefined, number])[] = [
    ['1. without TLS', () => undefined, 14],
    ['2. over TLS, without a certificate', authorityOnly, 14],
    ['3. with the right name by another authority', () => tlsCredentials(foreign), 14],
    ['4. with the right name where it does not count', () => tlsCredentials(files.mimic), 7],
    ['5. with the name of another service', () => tlsCredentials(files.worker), 7],
    ['6. with the right name', () => tlsCredentials(files.token), 3],
  ];
  test.each(steps)('%s', async (_step, credentials, code) => {
    const caller = createCaller(address.keys, credentials());
    for (const end of [await caller.unary(sign!), await caller.streamed(sign!)]) {
      expect(end).toMatchObject({ code, served: code === 3 });
    }
    caller.close();
  });

  test('I04: goes no further than its own methods, and there are no others', async () => {
    const caller = createCaller(address.keys, tlsCredentials(files.token));
    expect(await caller.unary(create!)).toMatchObject({ code: 7, served: false });
    const made = ['SignBytes', 'SignDigest', 'Sign', 'signIdToken', 'Decrypt', 'ExportKey'];
    const others = [
      ...made.map((name) => `/cardea.keys.v1.SigningService/${name}`),
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
      '/cardea.token.v1.TokenService/IssueToken',
    ];
    for (const path of others) {
      // 12 is UNIMPLEMENTED.
      for (const end of [await caller.unary({ ...sign!, path }), await caller.streamed({ ...sign!, path })]) {
        expect({ path, ...end }).toMatchObject({ path, code: 12, served: false });
      }
    }
    caller.close();
  });

  test('a keys service without an allow-list does not start where others can reach it', async () => {
    const given = (name: string) => path.join(demo.home, 'config', `${name}.yaml`);
    const file = path.join(demo.home, 'mtls', 'open.yaml');
    const port = await freeBase();
    const keys = { address: `127.0.0.1:${String(port)}`, tls: files.keys };
    writeFileSync(file, JSON.stringify({ serve: { keys, management: { keys: port + 14 } } }));
    const ready = `http://127.0.0.1:${String(port + 14)}/health/ready`;
    await expect(serve('keys', [given('shared'), given('keys'), file], ready)).rejects.toThrow(
      'serve.keys.allow.token is not set',
    );
  });
});

describe('the main job', () => {
  let client: CreatedClient;
  let config: rp.Configuration;

  beforeAll(async () => {
    client = await createClient(adminUrl);
    const proof = rp.ClientSecretBasic(client.client_secret);
    const insecure = { execute: [rp.allowInsecureRequests] };
    config = await rp.discovery(new URL(publicUrl), client.client_id, client.client_secret, proof, insecure);
  });

  test('works with every allow-list set: login, consent, code, ID token, refresh, userinfo, revocation', async () => {
    const verifier = rp.randomPKCECodeVerifier();
    const nonce = rp.randomNonce();
    const state = rp.randomState();
    const url = rp.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid offline_access',
      code_challenge: await rp.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      nonce,
      state,
    });
    const back = await authorize(adminUrl, createBrowserSession(), url.href);
    const tokens = await rp.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedNonce: nonce,
      expectedState: state,
    });
    expect(tokens.claims()).toMatchObject({ iss: publicUrl, sub: 'alice', aud: [client.client_id] });
    const next = await rp.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect((await rp.fetchUserInfo(config, next.access_token, 'alice')).sub).toBe('alice');
    await rp.tokenRevocation(config, next.refresh_token ?? '');
    await expect(rp.fetchUserInfo(config, next.access_token, 'alice')).rejects.toBeDefined();
  });

  test('the documented example introspects with the certificate of an internal service', async () => {
    const { access_token } = await rp.clientCredentialsGrant(config, {});
    const run = (env: CertificateFiles) =>
      promisify(execFile)(
        process.execPath,
        [path.join(root, 'docs/examples/introspect.mjs'), address.token, access_token],
        {
          env: {
            ...process.env,
            NODE_OPTIONS: '',
            CA_FILE: env.ca_file,
            CERT_FILE: env.cert_file,
            KEY_FILE: env.key_file,
          },
        },
      );
    const { stdout } = await run(files.orders);
    expect(JSON.parse(stdout)).toMatchObject({ active: true, clientId: client.client_id });
    await expect(run(files.gateway)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PERMISSION_DENIED'),
    });
  });
});

interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Every package that installing one workspace brings, by the lock file. */
function packagesOf(workspace: string): Set<string> {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Set<string>();
  const visit = (at: string): void => {
    const { dependencies, optionalDependencies } = lock.packages[at] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      let from = at;
      while (from !== '' && lock.packages[`${from}/node_modules/${name}`] === undefined) {
        from = from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : '';
      }
      const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
      const entry = lock.packages[place];
      if (entry === undefined || found.has(name)) continue;
      found.add(name);
      visit(entry.link === true ? (entry.resolved ?? '') : place);
    }
  };
  visit(workspace);
  return found;
}

describe('the packages', () => {
  test.each([
    ['services/gateway', ['pg', 'ioredis', 'bullmq', 'pkcs11js', 'jose'], 'express'],
    ['services/admin', ['pg', 'ioredis', 'bullmq', 'pkcs11js', 'jose'], 'express'],
    ['services/token', ['pkcs11js', 'express'], 'pg'],
    ['services/keys', ['ioredis', 'bullmq', 'express', 'jose'], 'pg'],
  ])('of %s hold none of %j', (workspace, forbidden, own) => {
    const packages = packagesOf(workspace);
    expect([...packages]).toContain(own);
    expect(forbidden.filter((name) => packages.has(name))).toEqual([]);
  });
});
