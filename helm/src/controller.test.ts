// Clients as resources: off unless asked for, then with the rights of one namespace, and with no way out but to the API server and the
// admin API.
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { reaches } from './network.fixture.js';
import { podsOf } from './pods.fixture.js';
import type { Manifest } from './render.fixture.js';
import { chart, helm, render, versions } from './render.fixture.js';

const version = versions()[0] ?? '';
const on = ['--set', 'clientResources.enabled=true'];
const ofKind = (manifests: readonly Manifest[], ...kinds: readonly string[]) =>
  manifests.filter(({ kind }) => kinds.includes(kind));
const rights = (manifest: Manifest | undefined) =>
  (manifest as unknown as { rules: { resources: string[]; verbs: string[] }[] } | undefined)?.rules;

test('without a word there is nothing of it', async () => {
  const manifests = await render(version);
  expect(ofKind(manifests, 'Role', 'ClusterRole', 'RoleBinding', 'CustomResourceDefinition')).toEqual([]);
  expect(podsOf(manifests).map(({ component }) => component)).not.toContain('controller');
});

describe('switched on', () => {
  test('it has a Role in the namespace of the release, and lists no Secrets', async () => {
    const manifests = await render(version, on);
    const [role, ...others] = ofKind(manifests, 'Role', 'ClusterRole');
    expect(others).toEqual([]);
    expect(role?.metadata).toMatchObject({ name: 'cardea-controller', namespace: 'identity' });
    expect(rights(role)?.map(({ resources, verbs }) => [resources, verbs])).toEqual([
      [['oauth2clients'], ['get', 'list', 'watch', 'patch']],
      [['oauth2clients/status'], ['patch']],
      [['secrets'], ['get', 'create', 'patch']],
    ]);
    const [binding] = ofKind(manifests, 'RoleBinding') as unknown as { subjects: unknown; roleRef: unknown }[];
    expect(binding?.subjects).toEqual([{ kind: 'ServiceAccount', name: 'cardea-controller', namespace: 'identity' }]);
  });

  test('it has one in each namespace that is named, and the settings name the same', async () => {
    const manifests = await render(version, [...on, '--set', 'clientResources.namespaces={shop,bank}']);
    expect(ofKind(manifests, 'Role').map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'bank']);
    expect(settingsOf(manifests)['namespaces']).toEqual(['shop', 'bank']);
    expect(settingsOf(await render(version, on))['namespaces']).toEqual(['identity']);
  });

  test('for all namespaces there is a ClusterRole, whose name no other release has', async () => {
    const manifests = await render(version, [...on, '--set', 'clientResources.allNamespaces=true']);
    expect(ofKind(manifests, 'Role', 'RoleBinding')).toEqual([]);
    const [role] = ofKind(manifests, 'ClusterRole');
    expect(role?.metadata.name).toBe('identity-cardea-controller');
    expect(settingsOf(manifests)['namespaces']).toEqual([]);
    expect(rights(role)?.some(({ resources, verbs }) => resources.includes('secrets') && verbs.includes('list'))).toBe(
      false,
    );
  });

  test('its pod has a token for the API server and one for the admin API, no certificate and no secret', async () => {
    const pod = podsOf(await render(version, on)).find(({ component }) => component === 'controller');
    const audiences = JSON.stringify(pod?.spec.volumes).match(/"audience":"[^"]+"/g);
    expect(audiences).toEqual(['"audience":"cardea-admin"']);
    expect(pod?.spec.volumes?.map(({ name }) => name)).toEqual(['config', 'tmp', 'api-server', 'admin']);
  });

  test('it reaches the API server and admin, and nobody reaches it but who scrapes', async () => {
    const manifests = await render(version, on);
    const labels = Object.fromEntries(podsOf(manifests).map((pod) => [pod.component, pod.labels]));
    const pod = (component: string) => ({ labels: labels[component] ?? {} });
    expect(reaches(manifests, pod('controller'), pod('admin'), 4445)).toBe(true);
    expect(reaches(manifests, pod('controller'), { address: '10.0.0.1' }, 443)).toBe(true);
    for (const [to, port] of [
      ['gateway', 4444],
      ['token', 4450],
      ['keys', 4451],
      ['postgresql', 5432],
    ] as const)
      expect(reaches(manifests, pod('controller'), pod(to), port)).toBe(false);
    const scraper = { labels: {}, namespace: { 'kubernetes.io/metadata.name': 'monitoring' } };
    expect(reaches(manifests, scraper, pod('controller'), 4465)).toBe(true);
    for (const from of ['gateway', 'admin', 'test'])
      expect(reaches(manifests, pod(from), pod('controller'), 4465)).toBe(false);
  });

  test('definitions come and stay; those of somebody else are left out', async () => {
    const both = ofKind(await render(version, on), 'CustomResourceDefinition');
    expect(both.map(({ metadata }) => metadata.name).sort()).toEqual([
      'oauth2clients.cardea.dev',
      'oauth2clients.hydra.ory.sh',
    ]);
    for (const { metadata } of both) expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    const one = await render(version, [...on, '--set', 'clientResources.definitions.hydra=false']);
    expect(ofKind(one, 'CustomResourceDefinition').map(({ metadata }) => metadata.name)).toEqual([
      'oauth2clients.cardea.dev',
    ]);
    const group = await render(version, [...on, '--set', 'clientResources.groups={cardea.dev}']);
    expect(ofKind(group, 'CustomResourceDefinition')).toHaveLength(1);
  });

  test('every part of a definition that is an object or a list says what is in it: a cluster takes no other', async () => {
    const wrong: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      if (typeof schema['type'] !== 'string') wrong.push(`${path} has no type`);
      const inner = { ...(schema['properties'] as Record<string, Record<string, unknown>> | undefined) };
      for (const [name, each] of Object.entries(inner)) walk(each, `${path}.${name}`);
      if (schema['type'] === 'array') walk((schema['items'] ?? {}) as Record<string, unknown>, `${path}[]`);
      if (schema['additionalProperties'] !== undefined && schema['properties'] !== undefined)
        wrong.push(`${path} has both properties and additionalProperties`);
    };
    for (const { spec, metadata } of ofKind(await render(version, on), 'CustomResourceDefinition')) {
      const versions = spec?.['versions'] as { schema: { openAPIV3Schema: Record<string, unknown> } }[];
      for (const { schema } of versions) walk(schema.openAPIV3Schema, metadata.name);
    }
    expect(wrong).toEqual([]);
  });

  test('without service accounts as a way to the admin API it does not come to be', async () => {
    const args = ['template', 'cardea', chart, ...on, '--set', 'adminAuthentication.kubernetes.enabled=false'];
    const { code, stderr } = await helm(version, args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('adminAuthentication.kubernetes.enabled')]);
  });
});

const settingsOf = (manifests: readonly Manifest[]) => {
  const text = manifests.find(({ metadata }) => metadata.name === 'cardea-config')?.data?.['controller.yaml'] ?? '';
  return (parse(text) as { controller: Record<string, unknown> }).controller;
};
