// Something is done to the release while clients go on, and no request of theirs may fail.
import type { Addresses } from '../compose-login.js';
import type { Lane, Tally, Turn } from './load.js';
import { mixture, startLoad } from './load.js';
import type { Report } from './outcome.js';

export interface Clients {
  readonly addresses: Addresses;
  readonly lanes: readonly Lane[];
}

const pauseMillis = 100;

const showTally = ({ requests, again, failed, slowestMillis }: Tally): string =>
  `${String(requests)} requests, ${String(failed.length)} failed, ${String(again)} sent again, the slowest ${(slowestMillis / 1_000).toFixed(1)} s`;

/** @throws with the first failures when there are any, and when nobody asked anything */
export async function underLoad(clients: Clients, found: Report, work: () => Promise<void>): Promise<void> {
  const load = startLoad({ ...clients, turn: mixture, pauseMillis });
  let tally: Tally;
  try {
    await work();
  } finally {
    tally = await load.stop();
    found(showTally(tally));
  }
  if (tally.failed.length > 0) throw new Error(tally.failed.slice(0, 5).join('\n'));
  if (tally.requests < clients.lanes.length * 4) throw new Error('nobody asked anything meanwhile');
}

/** As many requests as the release answers for a while. @returns requests a second @throws with the first that failed */
export async function throughput(work: Clients & { readonly turn: Turn }, millis: number): Promise<number> {
  const load = startLoad({ ...work, pauseMillis: 0 });
  await new Promise((resolve) => setTimeout(resolve, millis));
  const { requests, seconds, failed } = await load.stop();
  if (failed.length > 0) throw new Error(failed.slice(0, 5).join('\n'));
  return requests / seconds;
}
