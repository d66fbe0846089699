// A new first secret is accepted everywhere before anybody seals with it: processes learn of it a little apart, and what one of them
// sealed must not be a stranger's to the next (security F28).

/** The order of use now, and when there is another one. */
export interface Settled {
  /** `secrets.system` as it is to be used now. */
  readonly secrets: readonly string[];
  /** The secret that waits and since when, milliseconds of any clock; undefined when none does. */
  readonly waiting: { readonly secret: string; readonly since: number } | undefined;
}

/**
 * @param used what is used now
 * @param said the secrets as they were written, newest first
 * @param options.period milliseconds that a new one waits
 */
export function settleSecrets(
  used: Settled,
  said: readonly string[],
  { now, period }: { readonly now: number; readonly period: number },
): Settled {
  const [leading] = used.secrets;
  const [next] = said;
  if (leading === undefined || next === undefined || next === leading) return { secrets: said, waiting: undefined };
  const since = used.waiting?.secret === next ? used.waiting.since : now;
  if (now - since >= period) return { secrets: said, waiting: undefined };
  // What was taken off the list is needed until the new one is used: others seal with it still.
  const secrets = [leading, ...said.filter((secret) => secret !== leading)];
  return { secrets, waiting: { secret: next, since } };
}
