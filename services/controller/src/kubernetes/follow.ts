// Follows the objects of one kind: a list of all, then every change, and again from the start where the thread is lost.
import { KubernetesError } from './api.js';
import type { Kubernetes } from './api.js';
import type { Metadata, Resource } from './object.js';

export interface Following {
  readonly kubernetes: Kubernetes;
  readonly resource: Resource;
  /** Undefined: all. */
  readonly namespace: string | undefined;
  /** Told of each object that is there, and of each change; what has changed is to be asked for. */
  readonly seen: (metadata: Metadata) => void;
  /** All that are there have been told. */
  readonly listed: () => void;
  readonly failed: (error: unknown) => void;
  /** Passes time; ends early when the following ends. */
  readonly wait: (millis: number, signal: AbortSignal) => Promise<unknown>;
  readonly signal: AbortSignal;
}

const pauseMillis = 1_000;
const longestPauseMillis = 60_000;

/** Ends when its signal does. */
export async function follow(following: Following): Promise<void> {
  const { kubernetes, resource, namespace, seen, listed, failed, wait, signal } = following;
  let failures = 0;
  // A function, for the compiler takes a signal that was not aborted once for one that never is.
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    try {
      const { items, resourceVersion } = await kubernetes.list(resource, namespace);
      for (const { metadata } of items) seen(metadata);
      listed();
      failures = 0;
      let version = resourceVersion;
      while (!ended()) {
        const before = version;
        for await (const { type, object } of kubernetes.watch(resource, namespace, version, signal)) {
          version = object.metadata.resourceVersion ?? version;
          if (type !== 'BOOKMARK') seen(object.metadata);
        }
        // A server that ends each watch at once must not be asked without a pause.
        if (version === before) await wait(pauseMillis, signal);
      }
    } catch (error) {
      if (ended()) return;
      const lost = error instanceof KubernetesError && error.status === 410;
      if (!lost) failed(error);
      const pause = lost ? pauseMillis : Math.min(pauseMillis * 2 ** failures++, longestPauseMillis);
      await wait(pause, signal);
    }
  }
}
