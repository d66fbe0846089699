// How long anybody waited for a replica that was dead (issue 6: no request is bound to one for longer than a second).
import type { Ask } from './history.js';

/** No request is bound to a dead replica for longer. */
const mostMillis = 1_000;
/** What was asked later than this after a kill is not about it any more: those who ask have noticed, or are late already. */
const windowMillis = 1_000;

/**
 * Longest time from a kill, or from the question when that came later, to an answer; milliseconds.
 *
 * @param kills milliseconds since the epoch
 */
export function longestWait(asks: readonly Pick<Ask, 'sent' | 'answered'>[], kills: readonly number[]): number {
  const waits = kills.flatMap((kill) =>
    asks
      .filter(({ sent, answered }) => answered >= kill && sent <= kill + windowMillis)
      .map(({ sent, answered }) => answered - Math.max(sent, kill)),
  );
  return Math.max(0, ...waits);
}

/** The longest that anybody waited who did not ask near a kill: what this machine makes of it. */
const ordinaryWait = (asks: readonly Ask[], kills: readonly number[]): number =>
  Math.max(
    0,
    ...asks
      .filter(({ sent, answered }) => kills.every((kill) => answered < kill || sent > kill + windowMillis))
      .map(({ sent, answered }) => answered - sent),
  );

/**
 * What the table shows of it.
 *
 * @param kinds of questions that wait for nothing else, such as caches that must hear of an end
 * @throws when somebody waited too long, and nobody did who asked at another time
 */
export function sayLongestWait(asks: readonly Ask[], kills: readonly number[], kinds: readonly string[]): string {
  // The checker's own calls to a token service show nothing about those between our services.
  const ours = asks.filter(({ what, by }) => kinds.includes(what) && !by.startsWith('token'));
  const [longest, ordinary] = [longestWait(ours, kills), ordinaryWait(ours, kills)];
  const told = `waited ${String(longest)} ms around a kill, ${String(ordinary)} ms at other times`;
  if (longest > Math.max(mostMillis, ordinary)) throw new Error(`somebody ${told}`);
  return `nobody ${told.replace('waited', 'waited longer than')}`;
}
