// Tells connected clients when this process lacks something that it needs, so that they prefer replicas which have it: a token service
// that alone has lost PostgreSQL costs no 503 where another can answer (issue 6, "client-side balancing over replicas with health").
// For processes whose readiness is cheap: that of a signer is a signature.
import { isServing } from './health.js';
import type { StreamServer } from './stream-server.js';

/** Readiness itself is remembered for a second (libs/service). */
const lookMillis = 500;

/**
 * Looks at readiness as long as anybody is connected.
 *
 * @param ready already bounded in time
 */
export function watchReadiness(
  ready: () => Promise<boolean> | boolean,
  streams: Pick<StreamServer, 'advise' | 'open'>,
): { close(): void } {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    if (streams.open > 0) streams.advise(!(await isServing(ready)));
    if (!closed) timer = setTimeout(() => void look(), lookMillis).unref();
  };
  void look();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
