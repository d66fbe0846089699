// Answers cardea.keys.v1.KeyChangeService: who changed which key, for the operators' record.
import type { Handlers, keyChangeV1 } from '@cardea/rpc';
import type { ListedChange } from '../registry/key-changes.js';

const longestPage = 500;

/** @param list changes behind a place, the oldest first, so many at most */
export function keyChangeHandlers(
  list: (after: number, limit: number) => Promise<readonly ListedChange[]>,
): Handlers<typeof keyChangeV1.KeyChangeServiceService> {
  return {
    async listKeyChanges({ afterId, limit }) {
      const changes = await list(afterId, Math.min(Math.max(limit, 1), longestPage));
      return {
        changes: changes.map(({ id, changedAt, keySet, kid, act, changedBy }) => ({
          ...{ id, changedAt: new Date(changedAt), keySet, keyId: kid, act, changedBy },
        })),
      };
    },
  };
}
