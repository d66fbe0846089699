// Values of Hydra's chart as values of Cardea's, and a word about each that has no counterpart; pure.
import type { Result } from './result.js';
import { emptyResult, writerFor } from './result.js';
import { rules } from './rules.js';
import type { Tree } from './tree.js';
import { isEmpty, leavesOf, put, take } from './tree.js';

/** @param hydra what was given to Hydra's chart; secrets in it go nowhere */
export function translateValues(hydra: Tree): Result {
  const result = emptyResult();
  const rest = structuredClone(hydra);
  const database = take(structuredClone(hydra), 'hydra.config.dsn');
  const maester = take(structuredClone(hydra), 'maester.enabled');
  surroundings(result, database);
  if (maester !== false) clientResources(result, hydra);
  for (const { keys, translate } of rules) {
    for (const key of keys) {
      const value = take(rest, key);
      if (!isEmpty(value)) translate(value, writerFor(result, key));
    }
  }
  for (const { key } of leavesOf(rest)) {
    result.todo.push({ key, text: 'is not known to this translation: see helm/cardea/values.yaml for what there is' });
  }
  return result;
}

/** What everybody needs beside what Hydra had. */
function surroundings(result: Result, dsn: unknown): void {
  put(result.values, 'config.profile', 'hydra-compat');
  result.needless.push({
    key: 'config.profile',
    text: 'is hydra-compat, which changes nothing for those who call; leave it when all is well (docs/compatibility.md)',
  });
  if (dsn === 'memory') {
    result.todo.push({
      key: 'hydra.config.dsn',
      text: 'was memory: the chart brings a PostgreSQL and a Redis of one pod each, for trials (bundled)',
    });
    return;
  }
  put(result.values, 'bundled.enabled', false);
  put(result.values, 'database.existingSecret', 'cardea-postgresql');
  put(result.values, 'redis.existingSecret', 'cardea-redis');
  result.todo.push({
    key: 'redis',
    text: 'is new: make the Secret cardea-redis with the keys cache-url and queue-url, and cardea-postgresql with dsn (docs/kubernetes.md)',
  });
  result.todo.push({
    key: 'adminAuthentication',
    text: 'is new: name the service account of your login app in adminAuthentication.kubernetes.subjects, and its namespace in networkPolicy.adminFrom',
  });
}

/** Hydra's chart brings hydra-maester unless it is told not to. */
function clientResources(result: Result, hydra: Tree): void {
  put(result.values, 'clientResources.enabled', true);
  put(result.values, 'clientResources.definitions.hydra', false);
  const single = take(structuredClone(hydra), 'hydra-maester.singleNamespaceMode') === true;
  const everywhere = single
    ? ''
    : '; hydra-maester served every namespace, the controller those in clientResources.namespaces';
  result.todo.push({
    key: 'maester',
    text: `was on: the controller serves its resources${everywhere}. Their definition stays where hydra-maester's chart installed it; on a new cluster set clientResources.definitions.hydra`,
  });
}
