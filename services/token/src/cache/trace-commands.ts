// Commands to Redis in the trace under way: their names, never their keys.
import type { Tracing } from '@cardea/service';
import { traced } from '@cardea/service';
import type { CacheRedis } from './redis.js';

/** Those that are sent for one request; what many of them share has no place in the trace of one. */
const commands = ['set', 'eval'] as const;

/** From now on; nothing is changed where nothing is ever traced. */
export function traceCommands(client: CacheRedis['client'], tracing: Tracing): void {
  if (!tracing.on) return;
  for (const name of commands) {
    const send = (client[name] as (...args: unknown[]) => Promise<unknown>).bind(client);
    const seen = (...args: unknown[]) => traced(tracing, 'redis', name.toUpperCase(), () => send(...args));
    Object.assign(client, { [name]: seen });
  }
}
