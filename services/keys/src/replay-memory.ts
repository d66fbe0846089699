// Makes calls idempotent by request id: a replay gets the first result, another request under a used id is refused
// (security §2.3, I04). In memory and bounded: callers retry within seconds, and mostly to the same replica; the record of
// signatures knows what other replicas answered.
import { OAuthError } from '@cardea/oauth';

export interface ReplayMemory<T> {
  /**
   * @param same whether the first result answers this request too
   * @param work runs unless the id is known; a failure is forgotten, so that a retry can succeed
   * @throws {OAuthError} conflict when the id was used for another request
   */
  once(requestId: string, same: (first: T) => boolean, work: () => Promise<T>): Promise<T>;
}

/**
 * @param options.generation how many results make a generation; the current and the one before it are remembered
 * @param options.generationMillis how long a generation lasts at most
 */
export function createReplayMemory<T>(options: {
  generation: number;
  generationMillis: number;
  now: () => number;
}): ReplayMemory<T> {
  const { generation, generationMillis, now } = options;
  let young = new Map<string, Promise<T>>();
  let old = new Map<string, Promise<T>>();
  let turned = now();

  const turn = (): void => {
    const at = now();
    if (young.size < generation && at - turned < generationMillis) return;
    old = young;
    young = new Map();
    turned = at;
  };

  return {
    once(requestId, same, work) {
      const first = young.get(requestId) ?? old.get(requestId);
      if (first === undefined) {
        turn();
        const home = young;
        const result = work();
        home.set(requestId, result);
        result.catch(() => home.delete(requestId));
        return result;
      }
      return first.then((result) => {
        if (!same(result)) throw new OAuthError('conflict', 'This request_id was used for another request.');
        return result;
      });
    },
  };
}
