// How many pods of Hydra's ran, and where.
import { isObject } from '../documents.js';
import type { Writer } from './result.js';
import { isEmpty } from './tree.js';

/** Rules that select pods select Hydra's. */
export const placement =
  (name: 'affinity' | 'topologySpreadConstraints') =>
  (value: unknown, { set, todo }: Writer): void => {
    if (!JSON.stringify(value).includes('labelSelector')) set(`defaults.${name}`, value);
    else
      todo(
        `selects pods of Hydra by their labels: by default pods spread over zones and hosts; else write ${name} below each service, with its labels`,
      );
  };

/** Hydra's one Deployment became five: what grew with requests is gateway and token. */
export function autoscaling(value: unknown, { set, todo }: Writer): void {
  if (!isObject(value) || value['enabled'] !== true) return;
  const target = value['targetCPU'];
  const cpu = isObject(target) ? target['averageUtilization'] : target;
  for (const service of ['gateway', 'token']) {
    set(`${service}.autoscaling`, {
      enabled: true,
      ...numbers({ minReplicas: value['minReplicas'], maxReplicas: value['maxReplicas'], cpu }),
      ...(Array.isArray(value['extraMetrics']) ? { metrics: value['extraMetrics'] as unknown[] } : {}),
    });
  }
  todo('is for gateway and token now, each by itself; keys grows with signatures (keys.autoscaling)');
  if (!isEmpty(value['targetMemory']))
    todo(
      'memory says little of a Node process; scale by CPU, or by metrics of your own',
      'deployment.autoscaling.targetMemory',
    );
  if (!isEmpty(value['behavior']))
    todo('is fixed: up at once, down after five minutes', 'deployment.autoscaling.behavior');
}

const numbers = (of: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => typeof value === 'number'));

export function disruptionBudget(value: unknown, { set, todo }: Writer): void {
  if (!isObject(value) || value['enabled'] !== true) return;
  const spec = isObject(value['spec']) ? value['spec'] : {};
  set('defaults.disruptionBudget.enabled', true);
  if (typeof spec['maxUnavailable'] === 'number') {
    set('defaults.disruptionBudget.maxUnavailable', spec['maxUnavailable']);
  } else if (!isEmpty(spec)) {
    todo(
      'is a number of pods of each service that may be away, 1 by default: defaults.disruptionBudget.maxUnavailable',
    );
  }
}
