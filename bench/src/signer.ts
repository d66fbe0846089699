// The signer alone, one after the other with its keys in SoftHSM, in software, without its record of signatures, and in an HSM
// that takes its time: what a signature costs, how many a core makes, and whether the process stays responsive (security §2.3).
import { startDriver } from './load/driver.js';
import type { Measurement, Plan } from './measure.js';
import { measure } from './measure.js';
import { median } from './report/statistics.js';
import { table } from './report/table.js';
import { signatures } from './scenarios/signatures.js';
import type { KeysPlace, Target } from './target.js';
import { signerMetrics, startTarget } from './target.js';

interface Place {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly keys: KeysPlace;
}

/** Makes a token that takes 5 ms a signature; its settings say so many sessions that it does not matter. */
export type PrepareSlowHsm = () => Promise<{ readonly env: Place['env']; remove(): void }>;

const places: readonly Place[] = [
  { name: 'SoftHSM', env: {}, keys: 'hsm' },
  { name: 'software', env: {}, keys: 'software' },
  { name: 'software, no record', env: { KEYS_AUDIT_ENABLED: 'false' }, keys: 'software' },
];

/** What one algorithm costs in one place; medians of the rounds. */
export interface SignerResult {
  readonly place: string;
  readonly scenario: string;
  readonly perSecond: number;
  /** CPU microseconds a signature. */
  readonly keysMicros: number;
  readonly postgresMicros: number;
  /** How long the event loop of the signer was late at most, in 99 of 100 looks. */
  readonly loopP99Millis: number;
}

/** @throws when a signature is wrong, or a place cannot be had */
export async function measureSigner(options: {
  readonly demo: string;
  readonly base: number;
  readonly plan: Plan;
  readonly connections: number;
  readonly slowHsm: PrepareSlowHsm;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}): Promise<SignerResult[]> {
  const slow = await options.slowHsm();
  try {
    return await measurePlaces([...places, { name: 'HSM of 5 ms, 32 sessions', env: slow.env, keys: 'hsm' }], options);
  } finally {
    slow.remove();
  }
}

async function measurePlaces(
  all: readonly Place[],
  options: Omit<Parameters<typeof measureSigner>[0], 'slowHsm'>,
): Promise<SignerResult[]> {
  const results: SignerResult[] = [];
  for (const { name, env, keys } of all) {
    const { target, close } = await startTarget({ ...options, env, keys });
    try {
      const driver = await startDriver(target, options.connections, options.signal);
      try {
        for (const scenario of signatures) {
          results.push({
            place: name,
            scenario: scenario.name,
            ...(await measurePlace(driver, target, scenario.name, options)),
          });
        }
      } finally {
        await driver.close();
      }
    } finally {
      await close();
    }
  }
  return results;
}

async function measurePlace(
  driver: Awaited<ReturnType<typeof startDriver>>,
  target: Target,
  name: string,
  { plan, progress }: { readonly plan: Plan; readonly progress: (text: string) => void },
): Promise<Omit<SignerResult, 'place' | 'scenario'>> {
  const taken: (Measurement & { loopP99Millis: number })[] = [];
  for (let round = 0; round <= plan.rounds; round++) {
    progress(`${name}: ${round === 0 ? 'warming up' : `round ${String(round)} of ${String(plan.rounds)}`}`);
    const millis = round === 0 ? plan.warmUpMillis : plan.sliceMillis;
    await loopP99Millis(target);
    const slice = await measure(driver, target.pids, { name, millis, units: plan.units });
    const loop = await loopP99Millis(target);
    if (round > 0) taken.push({ ...slice, loopP99Millis: loop });
  }
  const medianOf = (value: (slice: (typeof taken)[number]) => number) => median(taken.map(value));
  return {
    perSecond: medianOf(({ units, seconds }) => units / seconds),
    keysMicros: medianOf(({ cpuMicros }) => cpuMicros['keys'] ?? 0),
    postgresMicros: medianOf(({ cpuMicros }) => cpuMicros['postgres'] ?? 0),
    loopP99Millis: medianOf((slice) => slice.loopP99Millis),
  };
}

/** The signer looks at its own loop every so often; being on time is no lateness. */
const lookMillis = 10;

/** Since it was last asked. */
async function loopP99Millis(target: Target): Promise<number> {
  const metrics = signerMetrics(target);
  const text = await (await fetch(metrics)).text();
  const seconds = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  if (seconds === undefined) throw new Error(`${metrics} does not tell how late its event loop is`);
  return Math.max(0, Number(seconds) * 1000 - lookMillis);
}

export function showSigner(results: readonly SignerResult[]): string {
  const whole = (value: number) => value.toFixed(0);
  const head = ['scenario', 'keys', 'per s', 'keys µs', 'per s and core', 'postgres µs', 'record µs', 'loop p99 ms'];
  const rows = results.map((result) => {
    const { place, scenario, perSecond, keysMicros, postgresMicros, loopP99Millis: late } = result;
    const bare = results.find((other) => other.scenario === scenario && other.place.endsWith('no record'));
    const record =
      place === 'software' && bare !== undefined
        ? whole(keysMicros + postgresMicros - bare.keysMicros - bare.postgresMicros)
        : '-';
    return [
      ...[scenario, place, whole(perSecond), whole(keysMicros), whole(1_000_000 / keysMicros), whole(postgresMicros)],
      ...[record, late.toFixed(1)],
    ];
  });
  return table([head, ...rows]);
}
