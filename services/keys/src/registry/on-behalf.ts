// The registry for one call of an operator: each change it makes is written down with who asked for it, or is not made.
import type { KeyAct } from './key-changes.js';
import type { Exclusive, KeyChange, Registry } from './registry.js';

/** @param by the certificate name of who asks; empty on plain transport @param now milliseconds since the epoch */
export function onBehalf(registry: Registry, by: string, act: KeyAct, now: () => number): Registry {
  const noting = (exclusive: Exclusive): Exclusive => {
    const note = (keySet: string, kid: string) => exclusive.note({ changedAt: now(), keySet, kid, act, changedBy: by });
    return {
      ...exclusive,
      async insert(key) {
        await exclusive.insert(key);
        await note(key.keySet, key.kid);
      },
      async change(kid, change) {
        await exclusive.change(kid, change);
        const key = exclusive.keys.find((known) => known.kid === kid);
        if (key !== undefined && changesSomething(change)) await note(key.keySet, kid);
      },
    };
  };
  return { ...registry, exclusively: (work) => registry.exclusively((exclusive) => work(noting(exclusive))) };
}

/** A key that is as it was asked to be already stays as it is. */
const changesSomething = (change: KeyChange) => Object.keys(change).length > 0;
