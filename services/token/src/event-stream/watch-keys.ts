// Tells the audit stream of signing keys that come, begin, retire and go, whoever had it done: the keys service itself reaches nobody,
// and has a log of its own.
import { signingV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import type { PublicKeys } from '../public-keys.js';
import type { Database } from '../storage/database.js';
import type { HeardKey } from '../storage/known-keys.js';
import { tellOfKeys } from '../storage/known-keys.js';

const lookMillis = 2_000;
/** A key that disappeared is told of only when no list of keys can be older; then it has to be looked at once more. */
const againMillis = 60_000;

export function watchKeys(options: { database: Database; publicKeys: PublicKeys; log: Log }): { close(): void } {
  const { database, publicKeys, log } = options;
  let seen = -1;
  let seenAt = -Infinity;
  let looking = false;
  let away = false;
  const look = async (): Promise<void> => {
    const version = publicKeys.version();
    if (version === 0 || (version === seen && performance.now() - seenAt < againMillis)) return;
    await tellOfKeys(database, (await publicKeys.all()).flatMap(heardKey));
    seen = version;
    seenAt = performance.now();
    away = false;
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => {
        if (!away) log.warn({ err: (error as Error).message }, 'changes of keys cannot be told yet; it is tried again');
        away = true;
      })
      .finally(() => (looking = false));
  }, lookMillis).unref();
  return { close: () => clearInterval(timer) };
}

const { NEXT, CURRENT, RETIRED } = signingV1.KeyState;
const states: Partial<Record<signingV1.KeyState, HeardKey['state']>> = {
  [NEXT]: 'next',
  [CURRENT]: 'current',
  [RETIRED]: 'retired',
};

function heardKey({ keySet, keyId, algorithm, state }: signingV1.PublicKey): readonly HeardKey[] {
  const known = states[state];
  return known === undefined ? [] : [{ keySet, keyId, algorithm, state: known }];
}
