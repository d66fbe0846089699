// The pods of the release as the cluster sees them.
import type { KubeApi, KubeObject } from './api.js';
import { mergePatch } from './api.js';
import { until } from './patience.js';
import { namespace, release } from './plan.js';

export interface Pod extends KubeObject {
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly containerID?: string }[];
  };
}

export const services = ['gateway', 'admin', 'token', 'worker', 'keys'] as const;
const pods = `/api/v1/namespaces/${namespace}/pods`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

export const componentOf = ({ metadata }: KubeObject): string => metadata.labels?.['app.kubernetes.io/component'] ?? '';

/** Those of the release that somebody may reach: running, ready, and not told to end. */
export async function readyPods(api: KubeApi, component?: string): Promise<readonly Pod[]> {
  const ofRelease = `app.kubernetes.io/instance=${release}`;
  return ready(api, component === undefined ? ofRelease : `${ofRelease},app.kubernetes.io/component=${component}`);
}

/** Those of others in its namespace too. */
export const neighbours = (api: KubeApi): Promise<readonly Pod[]> => ready(api, '');

async function ready(api: KubeApi, selector: string): Promise<readonly Pod[]> {
  const all = await api.list<Pod>(`${pods}?labelSelector=${encodeURIComponent(selector)}`);
  return all.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true,
  );
}

export const restartsOf = (all: readonly Pod[]): number =>
  all.reduce(
    (sum, { status }) => sum + (status.containerStatuses ?? []).reduce((own, each) => own + each.restartCount, 0),
    0,
  );

/** @param how by `force` the cluster forgets it at once, while the node may still be ending it */
export async function endPod(api: KubeApi, { metadata }: Pod, how: 'evict' | 'force'): Promise<void> {
  await api.call('DELETE', `${pods}/${metadata.name}`, how === 'force' ? { gracePeriodSeconds: 0 } : {});
}

export async function scale(api: KubeApi, service: string, replicas: number): Promise<void> {
  const path = `${deployments}/${release}-${service}/scale`;
  await api.call('PATCH', path, { spec: { replicas } }, mergePatch);
  await untilReady(api, service, replicas);
}

/** Until as many as that are ready, and no other is left. */
export async function untilReady(api: KubeApi, service: string, replicas: number): Promise<void> {
  await until(`${String(replicas)} ready pods of ${service}`, 300, async () => {
    const selector = encodeURIComponent(`app.kubernetes.io/component=${service}`);
    const all = await api.list<Pod>(`${pods}?labelSelector=${selector}`);
    return all.length === replicas && (await readyPods(api, service)).length === replicas ? true : undefined;
  });
}

/** What to read when something went wrong: states, and the last words of those that are not ready. */
export async function describeTrouble(api: KubeApi): Promise<string> {
  const all = await api.list<Pod>(pods);
  const ready = new Set((await readyPods(api)).map(({ metadata }) => metadata.name));
  const lines: string[] = [];
  for (const pod of all) {
    const { name } = pod.metadata;
    lines.push(
      `${name}: ${pod.status.phase}${ready.has(name) ? ', ready' : ''}, ${String(restartsOf([pod]))} restarts`,
    );
    if (ready.has(name) || pod.status.phase === 'Succeeded') continue;
    lines.push(JSON.stringify(pod.status).slice(0, 1500));
    for (const { name: container } of containersOf(pod)) {
      const { text } = await api.raw('GET', `${pods}/${name}/log?container=${container}&tailLines=12`);
      lines.push(text.replace(/^/gm, `  ${container}: `));
    }
  }
  interface Event {
    readonly involvedObject: { readonly name: string };
    readonly reason: string;
    readonly message: string;
  }
  const events = await api.list<Event>(`/api/v1/namespaces/${namespace}/events`);
  const told = events
    .slice(-25)
    .map(({ involvedObject, reason, message }) => `${involvedObject.name}: ${reason}: ${message}`);
  return [...lines, ...told].join('\n');
}

function containersOf({ spec }: Pod): readonly { readonly name: string }[] {
  const own = spec as Readonly<Record<string, readonly { readonly name: string }[] | undefined>>;
  return [...(own['initContainers'] ?? []), ...(own['containers'] ?? [])];
}
