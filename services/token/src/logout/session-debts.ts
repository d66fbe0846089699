// Whoever ends a session whose tokens shall end with it may die in between: what it owed stands beside the end of the session,
// and any token service pays it (docs/decisions/0060).
import type { Log } from '@cardea/service';
import type { IssuedTokens } from '../storage/issued-tokens.js';
import type { SessionEnds } from '../storage/session-ends.js';

/** Less often than whoever ended the session needs to end its tokens as well. */
const sweepMillis = 1_000;
const batch = 50;

/** Looks once a second for what is owed, while it runs. */
export function startPayingSessionDebts(options: {
  ends: Pick<SessionEnds, 'debts' | 'strike'>;
  issuedTokens: Pick<IssuedTokens, 'endOfSession'>;
  log: Log;
}): { close(): void } {
  const { ends, issuedTokens, log } = options;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const sweep = async (): Promise<void> => {
    try {
      for (const { sessionId, clientIds } of await ends.debts(batch)) {
        // Twice is harmless: several services may be at it.
        await issuedTokens.endOfSession(sessionId, clientIds);
        await ends.strike([sessionId]);
        log.warn({ sid: sessionId }, 'the tokens of an ended session were still owed their end');
      }
    } catch (error) {
      log.debug({ err: (error as Error).message }, 'what ended sessions owe could not be paid; tried again');
    }
    if (!closed) timer = setTimeout(() => void sweep(), sweepMillis).unref();
  };
  timer = setTimeout(() => void sweep(), sweepMillis).unref();

  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
