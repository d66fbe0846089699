// The queues of the workers, and how long what failed for good is kept there: a dead letter waits for an operator, not for ever
// (issue 6 "Queues"; security catalogue F25).

export const queueNames = {
  cleaning: 'cardea-cleaning',
  events: 'cardea-events',
  logout: 'cardea-logout',
  reconciliation: 'cardea-reconciliation',
  resealing: 'cardea-resealing',
} as const;

/** Dead letters of one queue: the newest thousand, each for two weeks. */
export const deadLetters = { count: 1_000, age: 14 * 86_400 } as const;

/** Rounds are all alike: the last few that failed say all there is to say. */
export const failedRounds = { count: 10, age: 14 * 86_400 } as const;

/**
 * A worker that stops answering holds its jobs for this long, and not for BullMQ's half a minute; somebody else looks every few
 * seconds. A job that took so many workers down is a dead letter.
 */
export const stalling = { lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 3 } as const;
