// What becomes of each value of Hydra's chart (0.2x to 0.6x), in the order in which they are looked at: what is particular before the rest
// of its section.
import { isObject } from '../documents.js';
import { translateConfig } from './config.js';
import { autoscaling, disruptionBudget, placement } from './deployment.js';
import { ingress, route, serviceOf } from './edges.js';
import { translateEnvironment } from './environment.js';
import type { Writer } from './result.js';

interface Rule {
  readonly keys: readonly string[];
  readonly translate: (value: unknown, writer: Writer) => void;
}

const moved = (key: string, to: string): Rule => ({ keys: [key], translate: (value, { set }) => set(to, value) });
const todo = (keys: readonly string[], text: string): Rule => ({ keys, translate: (_, writer) => writer.todo(text) });
const needless = (keys: readonly string[], text: string): Rule => ({
  keys,
  translate: (_, writer) => writer.needless(text),
});
const rule = (key: string, translate: Rule['translate']): Rule => ({ keys: [key], translate });
const below = (key: string, ...names: readonly string[]) => names.map((name) => `${key}.${name}`);

const names: Rule['translate'] = (value, { set, todo: tell }) => {
  set('fullnameOverride', value);
  tell(
    `kept: Services are called ${String(value)}-gateway and ${String(value)}-admin. Where Hydra still runs in this namespace under the same name, choose another`,
  );
};

export const rules: readonly Rule[] = [
  rule('hydra.config', translateConfig),
  rule('deployment.extraEnv', translateEnvironment),
  rule('fullnameOverride', names),
  moved('nameOverride', 'nameOverride'),
  moved('replicaCount', 'defaults.replicas'),
  moved('imagePullSecrets', 'image.pullSecrets'),
  moved('image.pullPolicy', 'image.pullPolicy'),
  moved('image.imagePullPolicy', 'image.pullPolicy'),
  needless(
    ['image'],
    'is Hydra’s; Cardea’s are named by image.registry, image.repository and image.tag, one for each service',
  ),
  moved('priorityClassName', 'defaults.priorityClassName'),
  moved('global.podMetadata.labels', 'defaults.podLabels'),
  moved('global.podMetadata.annotations', 'defaults.podAnnotations'),
  moved('deployment.podMetadata.labels', 'defaults.podLabels'),
  moved('deployment.podMetadata.annotations', 'defaults.podAnnotations'),
  moved('deployment.nodeSelector', 'defaults.nodeSelector'),
  moved('deployment.tolerations', 'defaults.tolerations'),
  moved('deployment.terminationGracePeriodSeconds', 'defaults.terminationGracePeriodSeconds'),
  rule('deployment.topologySpreadConstraints', placement('topologySpreadConstraints')),
  rule('deployment.affinity', placement('affinity')),
  rule('affinity', placement('affinity')),
  rule('deployment.autoscaling', autoscaling),
  rule('pdb', disruptionBudget),
  todo(
    ['deployment.resources'],
    'was for one process that did everything: requests and limits here are per service, with defaults; see gateway.resources, token.resources and so on',
  ),
  todo(
    below('deployment', 'extraVolumes', 'extraVolumeMounts', 'extraContainers', 'extraInitContainers'),
    'is per service here, so that each pod gets what it needs only: put it below the one that needs it, such as token.extraVolumes',
  ),
  rule('deployment.serviceAccount', (value, { todo: tell }) => {
    const annotated = isObject(value) && isObject(value['annotations']) && Object.keys(value['annotations']).length > 0;
    const named = isObject(value) && typeof value['name'] === 'string' && value['name'] !== '';
    if (annotated || named)
      tell('is per service here: token, worker and keys reach the database; see token.serviceAccount and its like');
  }),
  needless(
    [
      ...below('deployment', 'labels', 'annotations', 'strategy', 'revisionHistoryLimit', 'lifecycle', 'dnsConfig'),
      ...below('deployment', 'livenessProbe', 'readinessProbe', 'startupProbe', 'automountServiceAccountToken'),
      ...below('deployment', 'customLivenessProbe', 'customReadinessProbe', 'customStartupProbe', 'automigration'),
      ...below('deployment', 'podSecurityContext', 'securityContext', 'initContainerSecurityContext', 'tracing'),
    ],
    'is the chart’s own business here: rolling update with drain, three probes on each service, Pod Security "restricted"',
  ),
  rule('ingress.public', ingress),
  rule('httproute.public', route),
  rule('ingress.admin', (value, { todo: tell }) => {
    if (isObject(value) && value['enabled'] === true)
      tell(
        'does not exist here: the admin API is never exposed. Callers in the cluster prove themselves (adminAuthentication) and are let in (networkPolicy.adminFrom)',
      );
  }),
  rule('httproute.admin', (value, { todo: tell }) => {
    if (isObject(value) && value['enabled'] === true) tell('does not exist here: the admin API is never exposed');
  }),
  rule('service.public', serviceOf('gateway', 4444)),
  rule('service.admin', serviceOf('admin', 4445)),
  rule('serviceMonitor', (value, { set, needless: tell }) => {
    if (!isObject(value) || value['enabled'] !== true) return;
    set('monitoring.podMonitor.enabled', true);
    set('monitoring.podMonitor.labels', value['labels']);
    set('monitoring.podMonitor.interval', value['scrapeInterval']);
    tell('became a PodMonitor over all services; metrics are plain HTTP on a port of their own');
  }),
  moved('hydra.dev', 'config.dev'),
  moved('hydra.dangerousForceHttp', 'config.dev'),
  todo(
    ['hydra.dangerousAllowInsecureRedirectUrls'],
    'has no counterpart: plain http redirect URIs are for loopback, or for development (config.dev)',
  ),
  needless(
    ['hydra.automigration', 'hydra.autoMigrate'],
    'always happens: a Job of each revision, and pods wait for it',
  ),
  todo(
    ['hydra.command', 'hydra.customArgs', 'hydra.customMigrations'],
    'has no counterpart: services start with one configuration file; secrets are files',
  ),
  rule('maester.enabled', () => undefined),
  moved('hydra-maester.enabledNamespaces', 'clientResources.namespaces'),
  needless(
    ['hydra-maester', 'maester'],
    'is about hydra-maester, whose resources the controller serves (clientResources)',
  ),
  rule('secret.nameOverride', (value, { set, todo: tell }) => {
    set('secrets.system', { existingSecret: value, key: 'secretsSystem' });
    tell('its secretsSystem is Cardea’s secret too; its dsn is Hydra’s database and stays there');
  }),
  needless(['secret'], 'secrets are made once and kept, or are yours by secrets.*.existingSecret'),
  moved('job.spec.backoffLimit', 'migrations.backoffLimit'),
  needless(['job'], 'a Job of each revision migrates, and is the chart’s own; its resources are migrations.resources'),
  needless(['janitor', 'cronjob'], 'the worker cleans by itself'),
  needless(
    ['watcher', 'configmap'],
    'pods restart when their configuration changes, and read changed secrets by themselves',
  ),
  needless(['test'], '`helm test` goes through a whole login'),
];
