// What helm says after an installation: where things are, and everything that `cardea doctor` would find wrong with it (NOTES.txt).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster } from './cluster.fixture.js';
import { startCluster } from './cluster.fixture.js';
import { chart, helm, versions } from './render.fixture.js';

// Nothing is installed, but helm 3 wants to see that somebody is there.
let cluster: Cluster;
beforeAll(async () => void (cluster = await startCluster()));
afterAll(() => cluster.stop());

const production = [
  ...['-f', `${chart}/values-ha.yaml`],
  ...['--set', 'config.urls.self.issuer=https://auth.example,config.urls.login=https://login.example/login'],
  ...['--set', 'adminAuthentication.kubernetes.subjects[0].serviceAccount=login-app'],
  ...['--set', 'adminAuthentication.kubernetes.subjects[0].roles={login-ui}'],
];

async function notesOf(version: string, args: readonly string[]): Promise<string> {
  const command = [
    'install',
    'cardea',
    chart,
    '-n',
    'identity',
    '--dry-run=client',
    '--disable-openapi-validation',
    '--kubeconfig',
    cluster.kubeconfig,
  ];
  const { code, stdout, stderr } = await helm(version, [...command, ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout.slice(stdout.lastIndexOf('\nNOTES:'));
}

const remarksIn = (notes: string) => [...notes.matchAll(/^(?:WARNING|NOTE) +(.*)$/gm)].map(([, remark = '']) => remark);

describe.each(versions())('helm %s', (version) => {
  test('as it comes: plain http, a pair for trials, secrets made here, nobody who may administer', async () => {
    const notes = await notesOf(version, []);
    expect(notes).toContain('http://cardea-gateway.identity.svc:4444');
    expect(notes).toContain('helm -n identity test cardea');
    expect(remarksIn(notes)).toEqual([
      expect.stringMatching(/^config\.urls\.self\.issuer is http:.* without https/),
      expect.stringMatching(/^config\.urls\.login and config\.urls\.consent are not set/),
      expect.stringMatching(/bundled .* without backups/),
      expect.stringMatching(/Secret cardea-secrets\. Back it up/),
      expect.stringMatching(/^Nobody but `helm test` may use the admin API yet/),
    ]);
  });

  test('in production there is nothing to remark', async () => {
    const notes = await notesOf(version, production);
    expect(notes).toContain('https://cardea-admin.identity.svc:4445');
    expect(remarksIn(notes)).toEqual([]);
  });
});

test.each([
  ['a single replica of a service', 'admin.replicas=1', /^admin runs in a single replica/],
  [
    'one that does not scale either',
    'token.autoscaling.enabled=false,token.replicas=1',
    /^token runs in a single replica/,
  ],
  [
    'a controller that may read everywhere and send anywhere',
    'clientResources.enabled=true,clientResources.allNamespaces=true,networkPolicy.enabled=false',
    /^The controller may read Secrets of every namespace/,
  ],
])('of %s it warns', async (_what, change, warning) => {
  const remarks = remarksIn(await notesOf(versions()[0] ?? '', [...production, '--set', change]));
  expect(remarks).toEqual([expect.stringMatching(warning)]);
});
