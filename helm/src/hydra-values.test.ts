// `cardea import hydra-values`: what it makes of values of Hydra's chart installs with ours, says all that is left, and prints no secret.
import { loadConfig } from '@cardea/service';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { podsOf } from './pods.fixture.js';
import { problemsOf } from './strict.fixture.js';
import { render, versions } from './render.fixture.js';

const command = fileURLToPath(new URL('../../cli/bin/cardea.js', import.meta.url));
const example = (name: string) => fileURLToPath(new URL(`hydra-values/${name}.yaml`, import.meta.url));

function translate(file: string): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '' };
    execFile(process.execPath, [command, 'import', 'hydra-values', file], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}

/** Renders what was made, with our chart. */
async function install(out: string) {
  const directory = mkdtempSync(path.join(tmpdir(), 'cardea-hydra-values-'));
  try {
    const file = path.join(directory, 'values.yaml');
    writeFileSync(file, out);
    return await render(versions()[0] ?? '', ['-f', file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The keys that are told of, by the heading they stand below. */
function toldOf(err: string): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  let heading = '';
  for (const line of err.trimEnd().split('\n')) {
    const key = /^ {2}(\S+(?: [A-Z_]+)?): /.exec(line)?.[1];
    if (key === undefined) told[(heading = line)] = [];
    else told[heading]?.push(key);
  }
  return told;
}

describe('values of production', () => {
  let said: Awaited<ReturnType<typeof translate>>;
  beforeAll(async () => void (said = await translate(example('production'))));

  test('what has a counterpart is there', () => {
    const { code, out } = said;
    expect(code).toBe(0);
    expect(parse(out)).toEqual({
      config: {
        profile: 'hydra-compat',
        serve: { cookies: { same_site_mode: 'Lax', domain: 'shop.example' } },
        urls: {
          self: { issuer: 'https://auth.shop.example/' },
          login: 'https://login.shop.example/login',
          consent: 'https://login.shop.example/consent',
          logout: 'https://login.shop.example/logout',
        },
        ttl: { access_token: '15m', refresh_token: '720h' },
        strategies: { access_token: 'jwt' },
        oauth2: { pkce: { enforced_for_public_clients: true }, token_hook: { url: 'http://hooks.shop.svc/token' } },
        oidc: { subject_identifiers: { supported_types: ['public', 'pairwise'] } },
        // What stands in the environment wins, as it did in Hydra.
        log: { level: 'debug' },
      },
      bundled: { enabled: false },
      database: { existingSecret: 'cardea-postgresql' },
      redis: { existingSecret: 'cardea-redis' },
      clientResources: { enabled: true, definitions: { hydra: false }, namespaces: ['shop', 'bank'] },
      fullnameOverride: 'hydra',
      image: { pullSecrets: [{ name: 'registry' }] },
      defaults: {
        replicas: 3,
        priorityClassName: 'identity',
        podAnnotations: { 'example.com/scrape': 'true' },
        nodeSelector: { pool: 'identity' },
        tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'identity', effect: 'NoSchedule' }],
        terminationGracePeriodSeconds: 90,
        disruptionBudget: { enabled: true, maxUnavailable: 1 },
      },
      gateway: {
        autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9, cpu: 75 },
        service: { annotations: { 'example.com/team': 'identity' } },
      },
      token: { autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9, cpu: 75 } },
      ingress: {
        enabled: true,
        className: 'nginx',
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
        hosts: ['auth.shop.example'],
        tls: [{ secretName: 'auth-tls', hosts: ['auth.shop.example'] }],
      },
      monitoring: { podMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '15s' } },
      secrets: { system: { existingSecret: 'hydra-secrets', key: 'secretsSystem' } },
    });
  });

  test('what has none is told of, each once, and a typing error with what was meant', () => {
    const { err } = said;
    const { 'To do:': todo = [], 'Needs nothing:': needless = [], ...others } = toldOf(err);
    expect(others).toEqual({});
    expect([...todo].sort()).toEqual(
      [
        'adminAuthentication',
        'deployment.autoscaling',
        'deployment.autoscaling.targetMemory',
        'deployment.extraEnv DSN',
        'deployment.extraEnv JAEGER_AGENT_HOST',
        'deployment.resources',
        'deployment.topologySpreadConstraints',
        'fullnameOverride',
        'hydra.config.oidc.subject_identifiers.pairwise.salt',
        'hydra.config.ttll.id_token',
        'ingress.admin',
        'maester',
        'redis',
        'secret.nameOverride',
        'service.admin',
        'service.admin',
        'somethingElse',
      ].sort(),
    );
    expect(needless).toEqual(
      expect.arrayContaining(['hydra.config.serve.public.port', 'hydra.config.sqa.opt_out', 'janitor', 'image']),
    );
    expect(err).toContain('is ttl.id_token meant?');
    expect(err).not.toContain('the-salt-of-every-subject');
  });

  test('it installs, and every object is one that a strict cluster takes', async () => {
    const manifests = await install(said.out);
    expect(podsOf(manifests).map(({ component }) => component)).toEqual(
      expect.arrayContaining(['gateway', 'admin', 'token', 'worker', 'keys', 'controller']),
    );
    expect(manifests.flatMap(problemsOf)).toEqual([]);
  });

  test('services take the settings', async () => {
    const settings = (await install(said.out)).find(({ metadata: { name } }) => name === 'hydra-config')?.data ?? {};
    const directory = mkdtempSync(path.join(tmpdir(), 'cardea-hydra-settings-'));
    try {
      for (const service of ['gateway', 'admin']) {
        const file = path.join(directory, `${service}.yaml`);
        writeFileSync(file, settings[`${service}.yaml`] ?? '');
        expect(loadConfig({ files: [file] })).toMatchObject({
          profile: 'hydra-compat',
          urls: { self: { issuer: 'https://auth.shop.example/' } },
          ttl: { accessToken: 900_000 },
          oauth2: { tokenHook: { url: 'http://hooks.shop.svc/token' } },
        });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('values of a first try', () => {
  test('it is a trial here too, without the secrets', async () => {
    const { code, out, err } = await translate(example('quickstart'));
    expect(code).toBe(0);
    expect(out + err).not.toMatch(/never-be-printed|of-a-tutorial-page/);
    expect(parse(out)).toEqual({
      config: {
        profile: 'hydra-compat',
        dev: true,
        urls: {
          self: { issuer: 'http://public.hydra.localhost/' },
          login: 'http://example-idp.localhost/login',
          consent: 'http://example-idp.localhost/consent',
        },
      },
      ingress: { enabled: true, hosts: ['public.hydra.localhost'] },
    });
    // A template that only Hydra's chart would have read.
    expect(toldOf(err)['To do:']).toContain('ingress.public');
    expect((await install(out)).length).toBeGreaterThan(25);
  });
});

test('no file, or one with no values in it, is said in one line', async () => {
  const { code, out, err } = await translate('/nowhere/values.yaml');
  expect([code, out]).toEqual([1, '']);
  expect(err.trim()).toMatch(/^cardea: \/nowhere\/values\.yaml: cannot be read/);
});
