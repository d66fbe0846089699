// Lets so many through at a time, in all and for each host, so that slow hosts hold up themselves alone (catalogue G10).

/** Runs work when there is room for it; whoever waits leaves when its signal fires. */
export type Turnstile = <T>(host: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

export function createTurnstile(limits: { total: number; perHost: number }): Turnstile {
  let running = 0;
  const hosts = new Map<string, number>();
  let waiting: { readonly host: string; readonly enter: () => void }[] = [];

  const admit = (): void => {
    waiting = waiting.filter(({ host, enter }) => {
      const own = hosts.get(host) ?? 0;
      if (running >= limits.total || own >= limits.perHost) return true;
      running++;
      hosts.set(host, own + 1);
      enter();
      return false;
    });
  };
  const leave = (host: string): void => {
    running--;
    const own = (hosts.get(host) ?? 1) - 1;
    if (own === 0) hosts.delete(host);
    else hosts.set(host, own);
    admit();
  };

  return async (host, signal, work) => {
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        waiting = waiting.filter((one) => one !== entry);
        reject(signal.reason as Error);
      };
      const entry = {
        host,
        enter: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      waiting.push(entry);
      admit();
    });
    try {
      return await work();
    } finally {
      leave(host);
    }
  };
}
