// The JSON Schema of the chart's values, derived: the chart's own part from values.yaml (a key's default says its kind), the part
// below `config` from Cardea's configuration schema, without what the chart fills in.
import { isMap, isScalar, parseDocument } from 'yaml';

const services = ['gateway', 'admin', 'token', 'worker', 'keys', 'controller'];
const groups = ['hydra.ory.sh', 'cardea.dev'];

const text = { type: 'string' };
const roles = ['login-ui', 'introspector', 'operator', 'client-operator', 'key-operator', 'auditor'];
const listOf = (items) => ({ type: 'array', items });
const entry = (properties, required) => ({ type: 'object', additionalProperties: false, properties, required });

/** Where a default does not say what else there may be. */
const particular = {
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'mtls.mode': { enum: ['helm', 'certManager', 'existingSecret'] },
  'mtls.issuerRef.kind': { enum: ['Issuer', 'ClusterIssuer'] },
  'controller.groups': { ...listOf({ enum: groups }), minItems: 1 },
  'controller.namespaces': listOf(text),
  'ingress.hosts': listOf(text),
  'httpRoute.hostnames': listOf(text),
  'grpcRoute.hostnames': listOf(text),
  'adminAuthentication.kubernetes.subjects': listOf(
    entry({ serviceAccount: text, namespace: text, roles: listOf({ enum: roles }) }, ['serviceAccount', 'roles']),
  ),
  'adminAuthentication.apiKeys': listOf(
    entry({ name: text, hash: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' }, roles: listOf({ enum: roles }) }, [
      'name',
      'hash',
      'roles',
    ]),
  ),
  'database.perService': {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      ['token', 'worker', 'keys', 'migrations'].map((name) => [
        name,
        entry({ existingSecret: text, key: text }, ['existingSecret', 'key']),
      ]),
    ),
  },
};

/**
 * @param {string} valuesYaml the text of values.yaml
 * @param {{ configJsonSchema(options: { secrets: boolean, without: readonly string[] }): object, chartFills: readonly string[] }} service
 *   of libs/service
 */
export function chartSchema(valuesYaml, { configJsonSchema, chartFills }) {
  const config = configJsonSchema({ secrets: false, without: chartFills });
  const root = ofMap(parseDocument(valuesYaml).contents, []);
  const block = root.properties.defaults;
  block.properties.config = { ...config, description: block.properties.config.description };
  root.properties.config = { ...config, description: root.properties.config.description };
  for (const name of services) {
    root.properties[name] = {
      description: root.properties[name].description,
      allOf: [{ $ref: '#/definitions/service' }],
    };
  }
  root.properties.defaults = { description: block.description, allOf: [{ $ref: '#/definitions/service' }] };
  // Helm hands these to every chart.
  root.properties.global = { type: 'object' };
  const { description: _, ...service } = block;
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...root, definitions: { service } };
}

function ofMap(map, path) {
  const properties = {};
  for (const pair of map.items) {
    const name = String(pair.key);
    const value = ofValue(pair.value, [...path, name]);
    const said = comment(pair.key.commentBefore);
    properties[name] = said === undefined ? value : { description: said, ...value };
  }
  return { type: 'object', additionalProperties: false, properties };
}

function ofValue(node, path) {
  const told = particular[path.join('.')];
  if (told !== undefined) return structuredClone(told);
  if (isMap(node)) return isOpen(node, path) ? { type: 'object' } : ofMap(node, path);
  if (!isScalar(node)) return { type: 'array' };
  if (typeof node.value === 'number') return { type: 'integer' };
  return { type: typeof node.value === 'boolean' ? 'boolean' : 'string' };
}

/** Maps without keys of their own, and those whose keys are Kubernetes' or a person's. */
const isOpen = (map, path) => map.items.length === 0 || ['resources', 'labels'].includes(path.at(-1));

/** Of a comment, what stands behind its last `--`. */
const comment = (before) =>
  before
    ?.split(/^ ?-- /m)
    .slice(1)
    .at(-1)
    ?.split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
