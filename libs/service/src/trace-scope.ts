// Under which span the work of this moment stands, wherever in a service it is: kept only while something sampled is under way,
// because Node pays for it at every promise.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface TraceScope {
  /** For whatever is asked of others now; empty when nothing sampled is under way here. */
  current(): string;
  /** Does work that belongs to nobody in particular, though somebody's request began it. */
  outside<T>(work: () => T): T;
  /** Makes one for a span: `run` does work under it, `end` says that it is over, also for what it left behind. */
  open(traceparent: string): { run<T>(work: () => T): T; end(): void };
}

interface Held {
  readonly traceparent: string;
  over: boolean;
}

export function createTraceScope(): TraceScope {
  const storage = new AsyncLocalStorage<Held>();
  let underWay = 0;
  return {
    current() {
      const held = underWay === 0 ? undefined : storage.getStore();
      return held === undefined || held.over ? '' : held.traceparent;
    },
    outside: (work) => (underWay === 0 ? work() : storage.exit(work)),
    open(traceparent) {
      const held: Held = { traceparent, over: false };
      let ran = false;
      return {
        run(work) {
          if (!ran) underWay++;
          ran = true;
          return storage.run(held, work);
        },
        end() {
          if (held.over) return;
          held.over = true;
          if (ran && --underWay === 0) storage.disable();
        },
      };
    },
  };
}
