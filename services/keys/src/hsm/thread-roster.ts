// The session threads there are: as many as are wanted, another for each that is stuck, and no more than a process can bear of
// those that a library never lets go of (security F16: the pool is never empty, one thread lost a hang).
import type { HsmSettings } from '../settings.js';
import { TokenError } from './return-codes.js';
import type { SessionThread } from './session-thread.js';
import { startSessionThread } from './session-thread.js';

export interface ThreadRoster {
  /** Those that can be counted on. */
  working(): SessionThread[];
  /** Takes one out, whatever it does from now on. */
  drop(thread: SessionThread): void;
  /** Opens one. @throws {TokenError} */
  open(anew: boolean): Promise<void>;
  /** Opens those that are missing, one after the other. @throws {TokenError} when one does not open */
  openMissing(wanted: () => boolean): Promise<void>;
  /** Ends one, if it is more than are wanted now that it came free. */
  trim(thread: SessionThread): boolean;
  /** Ends all, each within bounds. */
  stop(): Promise<void>;
  /** How many are held by the library and will not end before it lets go. */
  held(): number;
}

/** Threads beside those that work: stuck, or held for good. Some 5 MB each. */
const most = 16;

export function createThreadRoster(hsm: HsmSettings): ThreadRoster {
  const threads = new Set<SessionThread>();
  const ending = new Set<SessionThread>();
  const working = () => [...threads].filter((thread) => !thread.stuck());
  const leave = (thread: SessionThread): void => {
    threads.delete(thread);
    ending.add(thread);
    void thread.ended.then(() => ending.delete(thread));
  };
  const open = async (anew: boolean): Promise<void> => {
    const beside = threads.size - working().length + ending.size;
    if (beside >= most) {
      throw new TokenError(
        'too_many_hung',
        `${String(beside)} calls hang in the PKCS#11 library: restart this service`,
      );
    }
    const thread = startSessionThread({ hsm, anew });
    try {
      await thread.opened;
    } catch (error) {
      leave(thread);
      await thread.stop();
      throw error;
    }
    if (working().length < hsm.sessions) {
      threads.add(thread);
      return;
    }
    // One that was stuck came free meanwhile.
    leave(thread);
    await thread.stop();
  };

  return {
    working,
    drop: leave,
    open,
    async openMissing(wanted) {
      while (wanted() && working().length < hsm.sessions) await open(false);
    },
    trim(thread) {
      if (!threads.has(thread) || working().length <= hsm.sessions) return false;
      leave(thread);
      void thread.stop();
      return true;
    },
    async stop() {
      for (const thread of threads) leave(thread);
      await Promise.all([...ending].map((thread) => thread.stop()));
    },
    held: () => ending.size,
  };
}
