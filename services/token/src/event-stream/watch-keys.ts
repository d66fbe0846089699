// Tells the audit stream of signing keys that come, begin, retire and go, whoever had it done, and the operators' record of who it
// was: the keys service itself reaches nobody.
import type { ClientOf, keyChangeV1 } from '@cardea/rpc';
import { signingV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import type { PublicKeys } from '../public-keys.js';
import type { Database } from '../storage/database.js';
import { keyChangePlace, takeOverKeyChanges } from '../storage/key-changes.js';
import type { HeardKey } from '../storage/known-keys.js';
import { tellOfKeys } from '../storage/known-keys.js';

const lookMillis = 2_000;
/** A key that disappeared is told of only when no list of keys can be older; then it has to be looked at once more. */
const againMillis = 60_000;
const changesAtOnce = 100;

type KeyChanges = Pick<ClientOf<typeof keyChangeV1.KeyChangeServiceService>, 'listKeyChanges'>;

export function watchKeys(options: { database: Database; publicKeys: PublicKeys; changes: KeyChanges; log: Log }): {
  close(): void;
} {
  const { database, publicKeys, changes, log } = options;
  let seen = -1;
  let seenAt = -Infinity;
  let looking = false;
  let away = false;
  const look = async (): Promise<void> => {
    const version = publicKeys.version();
    if (version === 0 || (version === seen && performance.now() - seenAt < againMillis)) return;
    await tellOfKeys(database, (await publicKeys.all()).flatMap(heardKey));
    await takeOver(database, changes);
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

/** What was changed stands there as soon as the keys themselves are seen to have changed: one transaction wrote both. */
async function takeOver(database: Database, changes: KeyChanges): Promise<void> {
  let afterId = await keyChangePlace(database);
  for (let full = true; full;) {
    const page = (await changes.listKeyChanges({ afterId, limit: changesAtOnce })).changes;
    await takeOverKeyChanges(database, page);
    afterId = page.at(-1)?.id ?? afterId;
    full = page.length === changesAtOnce;
  }
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
