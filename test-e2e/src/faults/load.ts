// The background load: lanes that each do one thing after the other, in the proportions of security §4, and never look back.
import type { ClientOperations } from './client-operations.js';
import type { Clients } from './clients.js';
import { askForCode } from './code-hand.js';
import { endsOf } from './history.js';
import type { Held, HeldFamily, WorkingMemory } from './memory.js';
import type { Doors, Operations } from './operations.js';
import type { Transport } from './transport.js';

/** What the load needs. */
export interface Stage {
  readonly memory: WorkingMemory;
  readonly ask: Transport;
  readonly doors: Doors;
  readonly operations: Operations;
  readonly clientOperations: ClientOperations;
  readonly clients: Clients;
  /** From 0 to 1; seeded, so that a run can be repeated as far as chance goes. */
  readonly random: () => number;
}

export interface Load {
  /** Settles when every lane has finished what it was at. */
  stop(): Promise<void>;
}

/** How many of the youngest are asked about: what has long been quiet is asked about at the end. */
const recent = 400;
/** A lane that is refused takes a breath, as clients that read Retry-After do, only a shorter one. */
const breathMillis = 60;
const breath = () => new Promise((resolve) => setTimeout(resolve, breathMillis));
/** How often a client repeats at once what it got no answer to. */
const mostRepeats = 4;

/** @param lanes how many things happen at once @param pauseMillis between two of one lane */
export function startLoad(stage: Stage, lanes: number, pauseMillis: number): Load {
  let running = true;
  const lane = async () => {
    while (running) {
      const before = stage.memory.asks.length;
      await turn(stage);
      const calm = stage.memory.asks.slice(before).every(({ outcome }) => outcome === 'answered');
      await (calm ? new Promise((resolve) => setTimeout(resolve, pauseMillis)) : breath());
    }
  };
  const all = Array.from({ length: lanes }, lane);
  return {
    async stop() {
      running = false;
      await Promise.all(all);
    },
  };
}

/** What a lane does, by how often in a hundred; together with the looks that belong to them, six of ten questions are introspections. */
const errands: readonly (readonly [share: number, errand: (stage: Stage) => Promise<void>])[] = [
  [
    42,
    async ({ memory, operations, random }) => {
      const held = youngest(memory.tokens, random);
      if (held !== undefined) await operations.look(held, 1);
    },
  ],
  [
    15,
    async ({ operations, clients, random }) =>
      void (await operations.issue(random() < 0.3 ? clients.signing : clients.app)),
  ],
  [13, refreshSometimesTwice],
  [12, codeFlow],
  [
    8,
    async (stage) => {
      const held = youngest(stage.memory.tokens, stage.random);
      // The others prove themselves in other ways, or are about to be deleted.
      const { app, signing } = stage.clients;
      if (held === undefined || endsOf(held).length > 0 || ![app, signing].includes(held.client)) return;
      // A client that somebody deletes at this moment could not revoke any more, and 401 would be the right answer.
      if (held.client !== stage.clients.app && held.client !== stage.clients.signing) return;
      await endAndLook(stage, held, () => stage.operations.revoke(held));
    },
  ],
  [
    4,
    async (stage) => {
      const family = standing(stage.memory, stage.random);
      const held = family?.held.at(-1);
      if (family === undefined || held === undefined) return;
      const what = stage.random() < 0.5 ? 'consent' : 'login';
      await endAndLook(stage, held, () => stage.operations.withdraw(family, what));
    },
  ],
  [3, ({ clientOperations, clients }) => clientOperations.presentTwice(clients.keyed)],
  [
    3,
    async (stage) => {
      const client = await stage.clientOperations.create();
      const held = client && (await stage.operations.issue(client));
      if (client === undefined || held === undefined) return;
      await endAndLook(stage, held, () => stage.clientOperations.remove(client, [held]));
    },
  ],
];

/** One thing: usually an errand, sometimes one that was not finished. */
export async function turn(stage: Stage): Promise<void> {
  const { memory, random } = stage;
  const late = [...memory.unfinished][0];
  if (late !== undefined && random() < 0.2) {
    await late.again();
    return;
  }
  let dice = random() * 100;
  for (const [share, errand] of errands) {
    dice -= share;
    if (dice < 0) return errand(stage);
  }
}

/** A code, redeemed by one, by two at once, or by one after the other. */
export async function codeFlow(stage: Stage): Promise<void> {
  const { memory, ask, doors, operations, clients, random } = stage;
  const hand = await askForCode(memory, ask, doors, clients.app);
  if (hand === undefined) return;
  const dice = random();
  if (dice < 0.2) {
    await Promise.all([operations.redeem(hand), operations.redeem(hand)]);
    return;
  }
  const first = await operations.redeem(hand);
  if (first.status !== 200) await operations.redeem(hand);
  else if (dice < 0.3) {
    await operations.redeem(hand);
    const held = hand.family.held[0];
    if (held !== undefined) await operations.look(held, 'all');
  }
}

/** Once, or twice at the same time; again when the answer was lost, as long as the same successor is promised. */
async function refreshSometimesTwice({ memory, operations, random }: Stage): Promise<void> {
  const family = standing(memory, random);
  const current = family?.current;
  if (family === undefined || current === undefined) return;
  // Now every cache knows it.
  await operations.look(current.access, 'all');
  const times = random() < 0.25 ? 2 : 1;
  await Promise.all(Array.from({ length: times }, () => operations.refresh(family)));
  for (let more = 0; more < mostRepeats && family.current === current; more++) {
    await breath();
    await operations.refresh(family);
  }
  await operations.look(current.access, 'all');
}

/** Ends something, and asks everybody at once whether it has ended. */
async function endAndLook({ memory, operations }: Stage, held: Held, end: () => Promise<void>): Promise<void> {
  // Now every cache knows it.
  await operations.look(held, 'all');
  await end();
  const pending = () => [...memory.unfinished].filter((one) => endsOf(held).includes(one.end));
  for (let more = 0; more < mostRepeats && pending().length > 0; more++) {
    await breath();
    await Promise.all(pending().map((one) => one.again()));
  }
  await operations.look(held, 'all');
}

function youngest(tokens: readonly Held[], random: () => number): Held | undefined {
  const from = Math.max(0, tokens.length - recent);
  return tokens[from + Math.floor(random() * (tokens.length - from))];
}

function standing(memory: WorkingMemory, random: () => number): HeldFamily | undefined {
  const able = memory.families
    .slice(-recent)
    .filter((family) => family.current !== undefined && family.ends.length === 0);
  return able[Math.floor(random() * able.length)];
}
