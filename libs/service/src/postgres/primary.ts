// Finds which of several PostgreSQL servers takes writes now: what libpq's `target_session_attrs=read-write` does, and no
// standby and no former primary is taken for it (security F07: nothing revoked comes back).
import type { PostgresHost } from './hosts.js';
import { spelled } from './hosts.js';

/** What a server says of itself. */
export interface Standing {
  /** False for a standby. */
  readonly writable: boolean;
  /** Raised by each promotion; of two that take writes, the lower one has been replaced. */
  readonly timeline: number;
}

export interface Primary {
  /**
   * At once while it is known; those who ask while it is looked for share one search.
   *
   * @throws {Error} saying what each server answered when none takes writes
   */
  find(): Promise<PostgresHost>;
  /** Somebody had trouble with it: the next who asks has it looked for anew. */
  doubt(): void;
}

/** How long a server that answers waits for another one's better claim. */
const graceMillis = 250;

/**
 * @param options.ask settles within a few seconds
 * @param options.moved told when another server, or the same one after a promotion, takes writes now
 */
export function createPrimary(options: {
  hosts: readonly PostgresHost[];
  ask: (host: PostgresHost) => Promise<Standing>;
  moved: (to: PostgresHost) => void;
}): Primary {
  const { hosts, ask, moved } = options;
  let known: PostgresHost | undefined;
  let looking: Promise<PostgresHost> | undefined;
  let last: { host: PostgresHost; timeline: number } | undefined;

  const look = async (): Promise<PostgresHost> => {
    const { claims, refusals } = await askAll(hosts, ask);
    const [best] = claims.sort((a, b) => b.timeline - a.timeline);
    if (best === undefined) throw new Error(`no PostgreSQL server takes writes: ${refusals.join('; ')}`);
    if (last !== undefined && best.timeline < last.timeline) {
      throw new Error(`${spelled(best.host)} was the primary before another one was promoted; it is not used`);
    }
    const same = last === undefined || (best.host === last.host && best.timeline === last.timeline);
    last = best;
    known = best.host;
    if (!same) moved(best.host);
    return best.host;
  };

  return {
    find: () =>
      known === undefined ? (looking ??= look().finally(() => (looking = undefined))) : Promise.resolve(known),
    doubt: () => (known = undefined),
  };
}

interface Answers {
  readonly claims: { readonly host: PostgresHost; readonly timeline: number }[];
  readonly refusals: string[];
}

/** All answers there are when every server has answered, or a moment after the first that takes writes did. */
async function askAll(
  hosts: readonly PostgresHost[],
  ask: (host: PostgresHost) => Promise<Standing>,
): Promise<Answers> {
  const answers: Answers = { claims: [], refusals: [] };
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const asked = hosts.map(async (host) => {
      try {
        const { writable, timeline } = await ask(host);
        if (!writable) return answers.refusals.push(`${spelled(host)} is a standby`);
        answers.claims.push({ host, timeline });
        timer ??= setTimeout(resolve, graceMillis);
      } catch (error) {
        answers.refusals.push(`${spelled(host)}: ${(error as Error).message}`);
      }
      return undefined;
    });
    void Promise.all(asked).then(() => resolve());
  });
  clearTimeout(timer);
  return answers;
}
