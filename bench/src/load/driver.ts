// The parent's end of the driver process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Command } from './protocol.js';
import type { Slice } from './slice.js';
import type { Target } from '../target.js';

export interface Driver {
  prepare(scenario: string, units: number): Promise<void>;
  /** @param perSecond in an open loop; without it as fast as answers come */
  drive(millis: number, perSecond?: number): Promise<Slice>;
  /** How many answers were looked into, all of them right. @throws when one was wrong */
  check(): Promise<number>;
  close(): Promise<void>;
}

export async function startDriver(target: Target, connections: number): Promise<Driver> {
  const child = fork(fileURLToPath(new URL('driver-main.js', import.meta.url)), { stdio: ['ignore', 2, 2, 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  const ask = (command: Command): Promise<Answer & { failed?: undefined }> =>
    new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the driver ended'));
      child.once('exit', gone);
      child.once('message', (answer: Answer) => {
        child.off('exit', gone);
        if (answer.failed === undefined) resolve(answer);
        else reject(new Error(answer.failed));
      });
      child.send(command);
    });

  await ask({ do: 'open', target, connections });
  return {
    prepare: (scenario, units) => ask({ do: 'prepare', scenario, units }).then(() => undefined),
    async drive(millis, perSecond) {
      const { slice } = await ask({ do: 'drive', millis, perSecond });
      if (slice === undefined) throw new Error('the driver tells no slice');
      return slice;
    },
    check: () => ask({ do: 'check' }).then(({ checked = 0 }) => checked),
    async close() {
      if (child.connected) child.send({ do: 'close' } satisfies Command);
      await ended;
    },
  };
}
