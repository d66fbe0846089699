// A process of its own that prints how many bytes of a call grow old: among tests others would add theirs, and wait for cores.
import { setTimeout as sleep } from 'node:timers/promises';
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { echo } from './echo-contract.fixture.js';
import { connectPeer } from './peer.js';
import type { CancelSignal } from './pending-call.js';
import { serveRpc } from './server.js';
import { implement } from './service.js';

/** Of bytes a call; where there are fewer, nothing is measured again. */
const enough = Number(process.argv[2]);
const callers = 48;
const callsEach = 400;

/** A caller's signal, and with it all that hangs on a request. */
const signalOf = (request: object): CancelSignal & { readonly request: object } => ({
  request,
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});

/** Bytes that scavenges moved to the old generation while it worked. */
async function promoted(work: () => Promise<unknown>): Promise<number> {
  const profiler = new GCProfiler();
  profiler.start();
  await work();
  const oldSpace = ({ heapSpaceStatistics }: { heapSpaceStatistics: readonly Space[] }) =>
    heapSpaceStatistics.find(({ spaceName }) => spaceName === 'old_space')?.spaceUsedSize ?? 0;
  return profiler
    .stop()
    .statistics.filter(({ gcType }) => gcType === 'Scavenge')
    .reduce((sum, { beforeGC, afterGC }) => sum + oldSpace(afterGC) - oldSpace(beforeGC), 0);
}

interface Space {
  readonly spaceName: string;
  readonly spaceUsedSize: number;
}

const quiet = () => undefined;
const server = await serveRpc({
  address: '127.0.0.1:0',
  security: { kind: 'plain' },
  services: [implement(echo, { say: (said) => Promise.resolve(said), ask: (said) => Promise.resolve(said) })],
  health: () => true,
  reflection: false,
  log: { error: quiet, warn: quiet },
});
const peer = connectPeer({ addresses: [server.address], security: { kind: 'plain' }, patienceMillis: 30_000 });
const client = peer.client(echo, { hot: true });
const text = 'x'.repeat(200);

async function ask(): Promise<void> {
  for (let i = 0; i < callsEach; i++) {
    const request = { parts: Array.from({ length: 100 }, (_, part) => ({ part })) };
    await client.say({ text }, { signal: signalOf(request) });
  }
}
const lanes = () => Promise.all(Array.from({ length: callers }, ask));

await lanes();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
// What else this process does at the moment only ever adds to it.
let bytes = Infinity;
for (let rounds = 0; rounds < 5 && bytes > enough; rounds++) {
  const all = await promoted(async () => {
    const done = lanes();
    await sleep(50);
    // What is under way just now is promoted by this, and will be dead in a moment.
    collect();
    await done;
  });
  bytes = Math.min(bytes, all / (callers * callsEach));
}
process.stdout.write(`${String(bytes)}\n`);
process.exit(0);
