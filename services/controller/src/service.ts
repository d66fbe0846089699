// The controller, wired by hand: resources are followed, each that is mentioned is looked at, and all of them once in a while.
import type { Config, Host, Service } from '@cardea/service';
import { setTimeout as pass } from 'node:timers/promises';
import { connectAdminApi } from './admin-api.js';
import { connectKubernetes } from './kubernetes/api.js';
import { follow } from './kubernetes/follow.js';
import { createQueue } from './queue.js';
import { reconcile } from './reconcile.js';
import { hydraKind } from './resources/hydra.js';
import { ownKind } from './resources/own.js';
import type { Subject, Tools } from './subject.js';
import { resourceOf } from './subject.js';
import { createTally } from './tally.js';

const breadth = 4;
const firstPauseMillis = 1_000;
const longestPauseMillis = 5 * 60_000;

const wait = (millis: number, signal: AbortSignal) => pass(millis, undefined, { signal }).catch(() => undefined);

export const service: Service = {
  name: 'controller',
  async start({ controller }, host) {
    const tools = toolsOf(controller, host);
    const kinds = [hydraKind(controller.ignoreHydraAdmin), ownKind].filter(({ group }) =>
      controller.groups.includes(group),
    );
    const tally = createTally(host.metrics);
    const subjects = new Map<string, Subject>();
    const queue = createQueue({
      breadth,
      firstPauseMillis,
      longestPauseMillis,
      async work(key) {
        const subject = subjects.get(key);
        if (subject === undefined) return;
        const verdict = await reconcile(subject, tools);
        if (verdict === undefined) subjects.delete(key);
        if (tally.told(key, verdict) && verdict !== undefined)
          host.log[verdict.ready ? 'info' : 'warn']({ resource: key, reason: verdict.reason }, verdict.message);
      },
      failed(key, error) {
        tally.failed();
        host.log.warn(
          { resource: key, err: sentence(error) },
          'a resource could not be looked after, and will be again',
        );
      },
    });

    const ending = new AbortController();
    const namespaces = controller.namespaces.length === 0 ? [undefined] : controller.namespaces;
    const followers = kinds.flatMap((kind) =>
      namespaces.map((of) => {
        const what = `${resourceOf(kind).plural}.${kind.group} in ${of ?? 'all namespaces'}`;
        let trouble: string | undefined = 'not listed yet';
        host.checks.add(what, async () => {
          if (trouble !== undefined) throw new Error(trouble);
        });
        const keyOf = (namespace: string, name: string) => `${kind.group}/${namespace}/${name}`;
        return follow({
          kubernetes: tools.kubernetes,
          resource: resourceOf(kind),
          namespace: of,
          seen({ namespace = of ?? '', name }) {
            const key = keyOf(namespace, name);
            subjects.set(key, { kind, namespace, name });
            queue.add(key);
          },
          listed: () => (trouble = undefined),
          failed(error) {
            trouble = sentence(error);
            host.log.warn({ resources: what, err: trouble }, 'resources cannot be followed');
          },
          wait,
          signal: ending.signal,
        });
      }),
    );
    const rounds = setInterval(() => {
      for (const key of subjects.keys()) queue.add(key);
    }, controller.resyncPeriod);
    host.onStop(async () => {
      clearInterval(rounds);
      ending.abort();
      await Promise.all([...followers, queue.close()]);
    });
  },
};

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function toolsOf({ admin, kubernetes, secretKeys }: Config['controller'], host: Host): Tools {
  return {
    kubernetes: connectKubernetes(kubernetes),
    admin: connectAdminApi(admin),
    keys: secretKeys,
    now: host.now,
    random: host.random,
  };
}
