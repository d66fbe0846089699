// The parent's end of the driver process. After a failure, lanes may be anywhere in their work, so that it ends, and what is asked
// for next is done by another one.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Command } from './protocol.js';
import type { Slice } from './slice.js';
import type { Target } from '../target.js';

export interface Driver {
  /** @throws when what single-use work needs cannot be had */
  prepare(scenario: string, units: number): Promise<void>;
  /** @param perSecond in an open loop; without it as fast as answers come @throws when an answer is wrong */
  drive(millis: number, perSecond?: number): Promise<Slice>;
  /** How many answers were looked into, all of them right. @throws when one was wrong */
  check(): Promise<number>;
  close(): Promise<void>;
}

/** Whoever takes longer hangs: an answer that never comes must not be the end of a run. */
const patienceMillis = 180_000;
/** Beside the slice itself. */
const slicePatienceMillis = 30_000;

type Good = Answer & { failed?: undefined };

interface Helper {
  ask(command: Command, patienceMillis: number): Promise<Good>;
  end(): Promise<void>;
}

/** @param signal ends it, and whatever is waited for */
export async function startDriver(target: Target, connections: number, signal: AbortSignal): Promise<Driver> {
  let helper: Helper | undefined = await startHelper(target, connections, signal);
  const ask = async (command: Command, patience = patienceMillis): Promise<Good> => {
    signal.throwIfAborted();
    try {
      return await (helper ??= await startHelper(target, connections, signal)).ask(command, patience);
    } catch (error) {
      const broken = helper;
      helper = undefined;
      await broken?.end();
      throw error;
    }
  };
  return {
    prepare: (scenario, units) => ask({ do: 'prepare', scenario, units }).then(() => undefined),
    async drive(millis, perSecond) {
      const { slice } = await ask({ do: 'drive', millis, perSecond }, millis + slicePatienceMillis);
      if (slice === undefined) throw new Error('the driver tells no slice');
      return slice;
    },
    check: () => ask({ do: 'check' }).then(({ checked = 0 }) => checked),
    close: () => helper?.end() ?? Promise.resolve(),
  };
}

async function startHelper(target: Target, connections: number, signal: AbortSignal): Promise<Helper> {
  const child = fork(fileURLToPath(new URL('driver-main.js', import.meta.url)), { stdio: ['ignore', 2, 2, 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (): boolean => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  const helper: Helper = {
    ask: (command, patience) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          child.off('exit', gone).off('message', answered);
          act();
        };
        const fail = (why: string): void => settle(() => reject(new Error(why)));
        const gone = (): void => fail('the driver ended');
        const answered = (answer: Answer): void =>
          answer.failed === undefined ? settle(() => resolve(answer)) : fail(answer.failed);
        const timer = setTimeout(() => fail(`to ${command.do} took more than ${String(patience / 1000)} s`), patience);
        child.once('exit', gone).once('message', answered);
        if (child.connected) child.send(command);
        else gone();
      }),
    // It holds nothing that is worth a farewell.
    async end() {
      signal.removeEventListener('abort', kill);
      kill();
      await ended;
    },
  };
  try {
    await helper.ask({ do: 'open', target, connections }, patienceMillis);
    return helper;
  } catch (error) {
    await helper.end();
    throw error;
  }
}
