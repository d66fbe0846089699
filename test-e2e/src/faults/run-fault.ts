// One fault from start to verdict: load, the fault, recovery, everything unfinished finished, everybody asked about everything.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, Fault } from './fault.js';
import { createDuring } from './fault.js';
import type { Ask } from './history.js';
import { endsOf } from './history.js';
import type { House } from './house.js';
import type { Breach } from './invariants.js';
import { judgeAsk, judgeMemory } from './invariants.js';
import { judgeLedger } from './ledger.js';
import type { Stage } from './load.js';
import { codeFlow, startLoad } from './load.js';
import type { Held } from './memory.js';
import type { Outcome } from './outcome.js';
import { outcomeOf } from './outcome.js';

export interface RunOptions {
  readonly lanes: number;
  /** Between two things that a lane does. */
  readonly pauseMillis: number;
  /** How long the fault lasts. */
  readonly millis: number;
  /** Breaches that were told before. */
  readonly told: Set<string>;
  /** How long after the fault everything works again at the latest; whenever it does, if undefined. */
  readonly promisedMillis?: number;
}

const warmUpMillis = 1_500;
const recoveryPatienceMillis = 90_000;
/** How long a used refresh token still answers its client (`oauth2.grant.refresh_token.rotation_grace_period`). */
export const graceMillis = 10_000;
/** How many tokens of earlier faults are asked about again. */
const older = 200;

export async function runFault(house: House, stage: Stage, fault: Fault, options: RunOptions): Promise<Outcome> {
  const { memory } = stage;
  const { lanes, pauseMillis, millis, told, promisedMillis = Infinity } = options;
  const notes: string[] = [];
  const checks: Check[] = [];
  const firstAsk = memory.asks.length;
  const firstToken = memory.tokens.length;
  const began = Date.now();

  const load = startLoad(stage, lanes, pauseMillis);
  await sleep(warmUpMillis);
  const during = createDuring(millis, (sentence) => notes.push(sentence), checks);
  const inflicted = await fault.inflict(house, during).then(() => undefined, saidBy);
  const recoveryMillis = await recover(house, stage);
  await load.stop();
  const asks = memory.asks.slice(firstAsk);
  const failed = inflicted ?? firstFailure(checks, asks);

  const unfinished = await finish(stage);
  await sweep(stage, memory.tokens.slice(Math.max(0, firstToken - older)));
  const breaches = [
    ...judgeMemory(memory, graceMillis),
    ...asks.flatMap((ask) => judgeAsk(ask, fault.may)),
    ...judgeRecovery(recoveryMillis, promisedMillis),
    ...unfinished,
    ...(await judgeLedger(house, memory.signed)),
  ].filter((breach) => isNew(breach, told));
  return outcomeOf(
    {
      tokens: memory.tokens.length - firstToken,
      ended: memory.tokens.filter((token) => endsOf(token).some((end) => (end.told ?? 0) >= began)).length,
      id: fault.id,
      how: fault.how,
      seconds: Math.round((Date.now() - began) / 1_000),
      recoveryMillis,
      breaches,
      notes,
      ...(failed === undefined ? {} : { failed }),
    },
    asks,
  );
}

const saidBy = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What the first check says that is not content; undefined when all are. */
function firstFailure(checks: readonly Check[], asks: readonly Ask[]): string | undefined {
  try {
    for (const check of checks) check(asks);
    return undefined;
  } catch (error) {
    return saidBy(error);
  }
}

/** INV5, bounded answers: nobody has to start anything again, and nobody has to wait for long. */
function judgeRecovery(recoveryMillis = 0, promisedMillis: number): Breach[] {
  if (recoveryMillis <= promisedMillis) return [];
  const sentence = `everything works again only ${(recoveryMillis / 1_000).toFixed(1)} s after the fault`;
  return [{ invariant: 'INV5', subject: 'recovery', sentence, history: [] }];
}

function isNew({ invariant, subject, sentence }: Breach, told: Set<string>): boolean {
  const key = `${invariant} ${subject} ${sentence}`;
  if (told.has(key)) return false;
  told.add(key);
  return true;
}

/** Waits until every operation works at every door. @returns milliseconds; undefined when it does not come to that */
export async function recover(house: House, stage: Stage): Promise<number | undefined> {
  const began = Date.now();
  for (const end = began + recoveryPatienceMillis; Date.now() < end; await sleep(50)) {
    if (await everythingWorks(house, stage)) return Date.now() - began;
  }
  return undefined;
}

async function everythingWorks(house: House, stage: Stage): Promise<boolean> {
  const { memory, operations, clients } = stage;
  const issued: (Held | undefined)[] = [];
  for (const gateway of house.gateways) {
    const at = await operations.issue(clients.signing, gateway);
    issued.push(at, await operations.issue(clients.app, gateway));
  }
  const held = issued.filter((one) => one !== undefined);
  if (held.length < issued.length) return false;
  const seen = () => held.reduce((sum, { sightings }) => sum + sightings.length, 0);
  await Promise.all(held.map((one) => operations.look(one, 'all')));
  if (seen() < held.length * (1 + house.tokens.length)) return false;
  const families = memory.families.length;
  await codeFlow(stage);
  return memory.families.slice(families).some((family) => family.held.length > 0);
}

/** Repeats what ends something until it is acknowledged. @returns a breach for each that never is */
export async function finish({ memory }: Stage): Promise<Breach[]> {
  for (let round = 0; round < 20 && memory.unfinished.size > 0; round++) {
    for (const one of [...memory.unfinished]) await one.again();
    if (memory.unfinished.size > 0) await sleep(250);
  }
  return [...memory.unfinished].map(({ end }) => ({
    invariant: 'INV5',
    subject: end.by,
    sentence: `${end.by} is not acknowledged, however often it is repeated`,
    history: [],
  }));
}

/** Asks everybody about these tokens; who refuses is asked again. */
export async function sweep({ operations }: Stage, tokens: readonly Held[]): Promise<void> {
  const waiting = [...tokens];
  const lane = async () => {
    for (let held = waiting.pop(); held !== undefined; held = waiting.pop()) {
      const before = held.sightings.length;
      for (let round = 0; round < 20 && held.sightings.length < before + 3; round++) await operations.look(held, 'all');
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}
