// Statements of a pool in the trace under way: by the name they are prepared under, or the verb of those that have none; never
// their text, and never a value.
import type { Tracing } from '../trace.js';
import { traced } from '../trace.js';

type Query = (...args: unknown[]) => unknown;

/** As much of a pool of pg as is needed to look at what is asked of it. */
export interface TraceablePool {
  query: unknown;
  connect: unknown;
}

const verbs = new Set([...'SELECT INSERT UPDATE DELETE WITH BEGIN COMMIT ROLLBACK SET CREATE DROP ALTER'.split(' ')]);

/** A statement's name; what is not one of ours is of a small fixed set. */
function statementName(statement: unknown): string {
  if (typeof statement === 'object' && statement !== null) {
    const { name, text } = statement as { name?: unknown; text?: unknown };
    return typeof name === 'string' ? name : statementName(text);
  }
  const verb = typeof statement === 'string' ? (/^\s*(\w+)/.exec(statement)?.[1] ?? '').toUpperCase() : '';
  return verbs.has(verb) ? verb : 'statement';
}

/** Callbacks are what pg's pool itself uses, for questions that were seen before they got there. */
const takesCallback = (args: readonly unknown[]) => typeof args.at(-1) === 'function';

function watchQueries(asked: { query: unknown }, tracing: Tracing): void {
  const query = (asked.query as Query).bind(asked);
  const watched = (...args: unknown[]) =>
    takesCallback(args) || tracing.current() === ''
      ? query(...args)
      : traced(tracing, 'postgresql', statementName(args[0]), () => query(...args) as Promise<unknown>);
  asked.query = watched;
}

/** From now on; nothing is changed where nothing is ever traced. */
export function tracePool(pool: TraceablePool, tracing: Tracing): void {
  if (!tracing.on) return;
  const watched = new WeakSet();
  const connect = (pool.connect as Query).bind(pool);
  watchQueries(pool, tracing);
  const connectWatched = (...args: unknown[]) => {
    if (takesCallback(args)) return connect(...args);
    return (connect() as Promise<{ query: unknown }>).then((client) => {
      if (!watched.has(client)) watchQueries(client, tracing);
      watched.add(client);
      return client;
    });
  };
  pool.connect = connectWatched;
}
